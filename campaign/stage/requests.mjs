// HTTP/1.1 as an agent speaks it: one request after the other, with a length. Cuts what goes up a connection into its requests.

const END_OF_HEAD = '\r\n\r\n';

export class Requests {
  /** @param onPost called with the bytes of each complete POST */
  constructor(onPost) {
    this.onPost = onPost;
    this.rest = Buffer.alloc(0);
  }

  take(chunk) {
    if (this.rest === undefined) return;
    this.rest = Buffer.concat([this.rest, chunk]);
    for (let size = this.size(); size !== undefined && size <= this.rest.length; size = this.size()) {
      const request = this.rest.subarray(0, size);
      this.rest = this.rest.subarray(size);
      if (request.subarray(0, 5).toString('latin1') === 'POST ') this.onPost(request);
    }
  }

  /** Of the request that begins here; an output that streams has no length, and what comes behind it is not looked at. */
  size() {
    const end = this.rest?.indexOf(END_OF_HEAD) ?? -1;
    if (end < 0) return undefined;
    const head = this.rest.subarray(0, end).toString('latin1');
    if (/^transfer-encoding:/im.test(head)) this.rest = undefined;
    return this.rest && end + END_OF_HEAD.length + Number(/^content-length: *([0-9]+)/im.exec(head)?.[1] ?? 0);
  }
}
