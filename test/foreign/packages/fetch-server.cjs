/** Answers on port 80, some requests in ways of their own. */
require('node:http')
  .createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    if (request.url === '/slow') return;
    if (request.url === '/gzip') {
      response.setHeader('content-encoding', 'gzip');
      return response.end(require('node:zlib').gzipSync('unpacked'));
    }
    if (request.url === '/moved') return response.writeHead(302, { location: '/there' }).end();
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify([request.method, request.url, Buffer.concat(parts).toString()]));
  })
  .listen(80);
