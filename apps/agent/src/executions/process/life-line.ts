import { closeSync, constants, openSync } from 'node:fs';
import { Socket } from 'node:net';

/**
 * The agent's end of an execution's FIFO. The wrapper writes a byte when it has written `started` or `result`, and the end of file
 * comes when the last process that inherited the FIFO is gone. All of it only wakes: what is true stands in the files.
 */
export class LifeLine {
  #socket: Socket | undefined;

  constructor(private readonly fifo: string, private readonly onWake: () => void) {}

  /** Listens from now on. A FIFO that has no writer yet is silent until one came and went. */
  open(): void {
    if (this.#socket !== undefined) return;
    const fd = openFor(this.fifo);
    if (fd === undefined) return;
    const socket = this.#listen(fd);
    if (socket === undefined) return;
    this.#socket = socket;
    socket.on('data', () => this.onWake());
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      this.#socket = undefined;
      this.onWake();
    });
    socket.unref();
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  #listen(fd: number): Socket | undefined {
    try {
      return new Socket({ fd, readable: true, writable: false });
    } catch {
      closeSync(fd);
      return undefined;
    }
  }
}

/** Without a descriptor (none left, no such file) the slow poll takes over. */
function openFor(fifo: string): number | undefined {
  try {
    return openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return undefined;
  }
}
