import { request, type Agent } from 'node:http';

/** One JSON-RPC request over a kept connection; answers the body. */
export function postCall(url: string, body: string, { agent, key }: { readonly agent: Agent; readonly key: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), 'x-api-key': key };
    const sent = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve(text));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
