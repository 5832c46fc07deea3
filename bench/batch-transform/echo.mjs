// @ts-check
// A model that answers what it is asked; in a process of its own, as a container would be. Ends with its standard input.
import { createServer } from 'node:http';

const server = createServer((request, response) => {
  if (request.url === '/invocations') request.pipe(response);
  else response.writeHead(request.url === '/ping' ? 200 : 404).end();
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address !== null && typeof address === 'object') process.stdout.write(`${address.port}\n`);
});
process.stdin.on('end', () => process.exit(0)).resume();
