import { createServer, type AddressInfo, type Server } from 'node:net';
import { requireFreePort } from './port-owner.js';

let taken: Server;
let port: number;

beforeEach(async () => {
  taken = createServer();
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
  port = (taken.address() as AddressInfo).port;
});
afterEach(() => new Promise<void>((resolve) => taken.close(() => resolve())));

describe('a port', () => {
  it('in use names the process that has it', async () => {
    await expect(requireFreePort({ host: '127.0.0.1', port })).rejects.toMatchObject({ exitCode: 1, message: expect.stringContaining(`127.0.0.1:${port} is in use by pid ${process.pid} (`) });
  });

  it('that is free, or any, is fine', async () => {
    await new Promise<void>((resolve) => taken.close(() => resolve()));
    await requireFreePort({ host: '127.0.0.1', port });
    await requireFreePort({ host: '127.0.0.1', port: 0 });
  });

  it('on an address that is not ours is refused clearly', async () => {
    await expect(requireFreePort({ host: '192.0.2.1', port: 7420 })).rejects.toThrow('cannot serve 192.0.2.1:7420');
  });
});
