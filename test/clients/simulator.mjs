// What the tests share: the way to the simulator that run.sh started, shops in
// it, and Shopify's client library set up to talk to one.
import '@shopify/shopify-api/adapters/node';
import { LogSeverity, Session, shopifyApi } from '@shopify/shopify-api';
import { setAbstractFetchFunc } from '@shopify/shopify-api/runtime';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { readdirSync } from 'node:fs';
import http from 'node:http';

// The library takes it for granted, and Debian 12's Node.js 18 has it only as a module.
globalThis.crypto ??= webcrypto;

const simulator = new URL(
  process.env.SHOPKEEPER_SIMULATOR ?? assert.fail('SHOPKEEPER_SIMULATOR is not set: use test/clients/run.sh'),
);

/** The API versions that there are schemas for, ascending. */
export const versions = readdirSync(new URL('../../internal/shopify/schema', import.meta.url))
  .filter((name) => name.endsWith('.graphql'))
  .map((name) => name.replace('.graphql', ''))
  .sort();
export const oldest = versions[0];
export const newest = versions.at(-1);

/** The version that these tests speak where the version is not the point. */
export const version = '2026-07';

const patience = 60_000; // ms, for one reply

/**
 * A fetch for clients that believe in https://<shop>.myshopify.com: it sends what
 * they send, unchanged and with the shop as Host, to the simulator. Like them, it
 * follows no redirect. It refuses every other address.
 */
export async function viaSimulator(input, init) {
  const request = new Request(input, init);
  const url = new URL(request.url);
  if (!/^https:\/\/[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(url.origin)) {
    throw new Error(`a client wanted to reach ${url.origin}, which is no shop`);
  }
  const body = Buffer.from(await request.arrayBuffer());
  return new Promise((resolve, reject) => {
    const sent = http.request({
      host: simulator.hostname,
      port: simulator.port,
      method: request.method,
      path: url.pathname + url.search,
      headers: { ...Object.fromEntries(request.headers), host: url.host, 'content-length': body.length },
      signal: AbortSignal.timeout(patience),
    });
    sent.on('error', reject);
    sent.on('response', (answer) => {
      const chunks = [];
      answer.on('error', reject);
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('end', () => {
        const headers = new Headers();
        for (let i = 0; i < answer.rawHeaders.length; i += 2) {
          headers.append(answer.rawHeaders[i], answer.rawHeaders[i + 1]);
        }
        const { statusCode: status, statusMessage: statusText } = answer;
        resolve(new Response(status === 204 ? null : Buffer.concat(chunks), { status, statusText, headers }));
      });
    });
    sent.end(body);
  });
}
setAbstractFetchFunc(viaSimulator);

/** control calls the control API and returns its reply. */
export async function control(method, path, body) {
  const reply = await fetch(new URL(`/__sim/${path}`, simulator), {
    method,
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(patience),
  });
  const text = await reply.text();
  assert.ok(reply.ok, `${method} ${path}: ${reply.status} ${text}`);
  return text && JSON.parse(text);
}

let opened = 0;

/**
 * openShop opens a shop for one test. It has one app; `app` changes that, `shop`
 * the rest. The returned shop is as the control API shows it, with the app beside.
 */
export async function openShop(t, { shop = {}, app = {} } = {}) {
  const domain = `clients-${process.pid}-${(opened += 1)}.myshopify.com`;
  const asked = await control('POST', 'shops', { domain, name: `Shop ${opened}`, ...shop });
  t.after(() => control('DELETE', `shops/${domain}`));
  const [{ clientID }] = asked.apps;
  const changed = await control('PATCH', `shops/${domain}/apps/${clientID}`, app);
  return { ...asked, apps: [changed], app: changed };
}

/** stateOf is the shop as it is now. */
export const stateOf = (shop) => control('GET', `shops/${shop.domain}`);

/** callsOf are the calls to the shop that the simulator saw, oldest first. */
export const callsOf = async (shop) => (await control('GET', `calls?shop=${shop.domain}`)).calls;

/** library is Shopify's library as an app of the shop sets it up. */
export function library(shop, config = {}) {
  return shopifyApi({
    apiKey: shop.app.clientID,
    apiSecretKey: shop.app.clientSecret,
    apiVersion: version,
    hostName: 'relay.shopkeeper.example',
    isEmbeddedApp: false,
    logger: { level: LogSeverity.Error },
    ...config,
  });
}

/** sessionOf is a session with the app's own token, or another. */
export const sessionOf = (shop, accessToken = shop.app.accessToken) =>
  new Session({ id: `offline_${shop.domain}`, shop: shop.domain, state: '', isOnline: false, accessToken });

/** graphQL is the library's GraphQL client for the shop. */
export function graphQL(shop, { accessToken, config } = {}) {
  const { clients } = library(shop, config);
  return new clients.Graphql({ session: sessionOf(shop, accessToken) });
}
