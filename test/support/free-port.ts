import type { Server } from 'node:net';

/**
 * Lets a server of this process listen on a loopback port that the system chooses, and says which.
 * A program that can bind port 0 and report what it got is started that way: between asking for a free port and using it,
 * another may take it.
 */
export async function listenOnFreePort(server: Server): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      server.off('error', reject);
      resolve();
    });
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return address.port;
}
