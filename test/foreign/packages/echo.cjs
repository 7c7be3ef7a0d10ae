const net = require('node:net');

if (process.argv[2] === 'serve') {
  const server = net.createServer((socket) => {
    socket.on('data', (chunk) => socket.write(`echo ${chunk}`));
    socket.on('end', () => console.log('peer ended'));
  });
  server.listen(7000, () => console.log('listening', server.address().port));
  process.on('SIGTERM', () => server.close(() => process.exit(0)));
} else {
  const socket = net.connect(7000, 'server', () => {
    console.log('connected', Date.now(), Math.random() < 1);
    socket.write('hello');
  });
  socket.on('data', (chunk) => {
    console.log(chunk.toString());
    socket.end();
  });
  socket.on('close', (failed) => console.log('closed', failed));
}
