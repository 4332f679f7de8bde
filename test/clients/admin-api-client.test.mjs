// The small clients of @shopify/admin-api-client, which report errors as values.
import { createAdminApiClient, createAdminRestApiClient } from '@shopify/admin-api-client';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShop, version, viaSimulator } from './simulator.mjs';

const settings = (shop, accessToken = shop.app.accessToken) => ({
  storeDomain: shop.domain,
  apiVersion: version,
  accessToken,
  customFetchApi: viaSimulator,
  logger: () => {},
});

test('a query returns data, cost and the version that answered', async (t) => {
  const shop = await openShop(t);
  const { data, errors, extensions, headers } = await createAdminApiClient(settings(shop)).request(
    'query ($first: Int!) { shop { name } locations(first: $first) { nodes { name } } }',
    { variables: { first: 5 } },
  );
  assert.equal(errors, undefined);
  assert.deepEqual(data, { shop: { name: shop.name }, locations: { nodes: [{ name: 'Warehouse' }] } });
  assert.equal(typeof extensions.cost.actualQueryCost, 'number');
  assert.equal(headers.get('X-Shopify-API-Version'), version);
});

test('fetch gives the reply as it came', async (t) => {
  const shop = await openShop(t);
  const reply = await createAdminApiClient(settings(shop)).fetch('{ shop { myshopifyDomain } }');
  assert.equal(reply.status, 200);
  assert.match(reply.headers.get('Content-Type'), /^application\/json/);
  assert.deepEqual((await reply.json()).data, { shop: { myshopifyDomain: shop.domain } });
});

test('a wrong token is an error with network status 401', async (t) => {
  const shop = await openShop(t);
  const { data, errors } = await createAdminApiClient(settings(shop, 'shpat_wrong')).request('{ shop { name } }');
  assert.equal(data, undefined);
  assert.equal(errors.networkStatusCode, 401);
  assert.match(errors.message, /Unauthorized/);
  assert.equal(errors.graphQLErrors, undefined);
});

test('a refused field is a GraphQL error beside the data that there is', async (t) => {
  const shop = await openShop(t, { app: { scopes: [] } });
  const { data, errors } = await createAdminApiClient(settings(shop)).request('{ shop { name } location { name } }');
  assert.deepEqual(data, { shop: { name: shop.name }, location: null });
  assert.equal(errors.networkStatusCode, 200);
  assert.deepEqual(errors.graphQLErrors.map((e) => [e.path, e.extensions.code]), [[['location'], 'ACCESS_DENIED']]);
});

test('the REST client reads shop.json and reports a wrong token as 401', async (t) => {
  const shop = await openShop(t);
  const reply = await createAdminRestApiClient(settings(shop)).get('shop');
  assert.equal(reply.status, 200);
  assert.equal((await reply.json()).shop.myshopify_domain, shop.domain);
  const refused = await createAdminRestApiClient(settings(shop, 'shpat_wrong')).get('shop');
  assert.equal(refused.status, 401);
});
