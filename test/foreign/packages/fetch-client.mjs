/** Fetches from the machine `server` in many ways and says what it got. */
const began = Date.now();
const ask = async (path, options) => (await fetch(`http://server${path}`, options)).json();
console.log(await ask('/'), await ask('/moved'));
const response = await fetch('http://server/post', { method: 'POST', body: 'sent' });
console.log(response.status, response.ok, response.headers.get('content-type'));
console.log(await response.text(), response instanceof Response);
console.log(await (await fetch('http://server/gzip')).text());
console.log(await Promise.all(['/1', '/2', '/3'].map((path) => ask(path))));
const reader = (await fetch('http://server/')).body.getReader();
console.log((await reader.read()).value.length, (await reader.read()).done);
const signal = AbortSignal.timeout(2000);
await fetch('http://server/slow', { signal }).catch((error) => console.log(error.name));
await fetch('http://nobody/').catch((error) => console.log(error.message, error.cause.code));
console.log(new Headers({ A: 'b' }).get('a'), new Request('http://x/').url);
console.log(Math.round((Date.now() - began) / 1000));
