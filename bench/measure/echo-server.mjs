import { createServer } from 'node:http';
import { serveParent } from '../load/child.mjs';

serveParent(() => new Promise((resolve) => {
  const server = createServer((request, answer) => {
    request.on('data', () => undefined).on('end', () => answer.end('{"position":"1"}'));
  });
  server.listen(0, '127.0.0.1', () => resolve({ port: server.address().port }));
}));
