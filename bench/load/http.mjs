import { Pool } from 'undici';

/** A client of the API with so many connections, all of them kept alive, and one more for each stream. */
export function apiClient(url, token, connections) {
  const pool = new Pool(url, { connections });
  const streams = new Pool(url, { bodyTimeout: 0 });
  const headers = { authorization: `Bearer ${token}` };

  async function send(method, path, type, text, bearer = headers) {
    const { statusCode, body } = await pool.request({ path, method, body: text, headers: { ...bearer, 'content-type': type } });
    const answer = await body.text();
    if (statusCode >= 300) throw new Error(`${method} ${path}: ${statusCode} ${answer}`);
    return JSON.parse(answer);
  }

  return {
    define: (jobnet, yaml) => send('PUT', `/api/v1/jobnets/${jobnet}`, 'application/yaml', yaml),
    schedule: (schedule, text) => send('PUT', `/api/v1/schedules/${schedule}`, 'application/yaml', text),
    startRun: (jobnet) => send('POST', `/api/v1/jobnets/${jobnet}/runs`, 'application/json', '{}'),
    post: (path, body, bearer) => send('POST', path, 'application/json', JSON.stringify(body), bearer && { authorization: `Bearer ${bearer}` }),
    /** A body that goes on. */
    async stream(path, bearer) {
      const { statusCode, body } = await streams.request({ path, method: 'GET', headers: bearer ? { authorization: `Bearer ${bearer}` } : headers });
      if (statusCode === 200) return body;
      throw new Error(`GET ${path}: ${statusCode} ${await body.text()}`);
    },
    close: () => Promise.all([pool.destroy(), streams.destroy()]),
  };
}
