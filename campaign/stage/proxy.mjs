// Stands between one agent and one server, or between a server and its database: holds messages back, loses one way of a conversation, cuts
// connections, lets nobody through, says again what it heard, puts garbage in between.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { shout } from './shouting.mjs';
import { Requests } from './requests.mjs';

/** As many newest requests are remembered. */
const REMEMBERED = 40;

export class Proxy {
  /**
   * @param target the server's port now, which changes when it is started again
   * @param speaksHttp whether what goes up are requests that can be told apart, and repeated
   */
  static async to(target, { speaksHttp = true } = {}) {
    const proxy = new Proxy();
    proxy.target = target;
    proxy.speaksHttp = speaksHttp;
    proxy.isShut = false;
    proxy.pairs = new Set();
    proxy.held = new Set();
    proxy.lost = new Set();
    /** Complete POST requests of the agent, as it sent them. */
    proxy.overheard = [];
    proxy.server = createServer((client) => proxy.join(client));
    proxy.server.listen(0, '127.0.0.1');
    await once(proxy.server, 'listening');
    return proxy;
  }

  get port() {
    return this.server.address().port;
  }

  get url() {
    return `http://127.0.0.1:${this.port}`;
  }

  /** From now on nothing gets through that way ('up' from the agent, 'down' from the server); it waits in the sockets. */
  hold(...ways) {
    for (const way of ways) this.held.add(way);
    for (const pair of this.pairs) for (const way of ways) pair[way].pause();
  }

  /** What was held back goes on, late and in one piece. */
  release() {
    this.held.clear();
    for (const pair of this.pairs) for (const way of ['up', 'down']) pair[way].resume();
  }

  /** From now on what is said that way is lost, and the connection seems to be there: requests pass and their answers do not. */
  lose(way) {
    this.lost.add(way);
  }

  /** Drops every connection with all that is on its way. Those that come pass again. */
  cut() {
    this.held.clear();
    this.lost.clear();
    for (const { up, down } of this.pairs) {
      up.destroy();
      down.destroy();
    }
    this.pairs.clear();
  }

  /** Cuts, and lets nobody through any more. */
  shut() {
    this.isShut = true;
    this.cut();
  }

  open() {
    this.isShut = false;
  }

  /** Sends what was overheard once more to a port, in its order, each on a connection of its own. */
  async repeat(port) {
    for (const request of [...this.overheard]) await shout(port, request);
  }

  /** Puts these bytes into the middle of what the agent says next. */
  spoil(garbage) {
    this.garbage = garbage;
  }

  close() {
    this.cut();
    this.server.close();
  }

  join(client) {
    if (this.isShut) {
      client.on('error', () => undefined).destroy();
      return;
    }
    const pair = { up: client, down: connect(this.target(), '127.0.0.1') };
    this.pairs.add(pair);
    if (this.speaksHttp) this.overhear(client);
    const end = () => {
      this.pairs.delete(pair);
      pair.up.destroy();
      pair.down.destroy();
    };
    for (const [way, other] of [['up', 'down'], ['down', 'up']]) {
      pair[way].on('data', (chunk) => {
        if (!this.lost.has(way)) pair[other].write(way === 'up' ? this.spoilt(chunk) : chunk);
      }).on('error', end).on('close', end);
      if (this.held.has(way)) pair[way].pause();
    }
  }

  overhear(client) {
    const requests = new Requests((request) => { this.overheard = [...this.overheard, request].slice(-REMEMBERED); });
    client.on('data', (chunk) => requests.take(chunk));
  }

  spoilt(chunk) {
    const { garbage } = this;
    this.garbage = undefined;
    const middle = chunk.length >> 1;
    return garbage === undefined ? chunk : Buffer.concat([chunk.subarray(0, middle), garbage, chunk.subarray(middle)]);
  }
}
