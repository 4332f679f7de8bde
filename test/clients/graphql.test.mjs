// Reading and failing with the GraphQL client of @shopify/shopify-api.
import { ApiVersion, GraphqlQueryError, HttpResponseError, ShopifyError } from '@shopify/shopify-api';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOf, control, graphQL, library, newest, oldest, openShop, version, versions, viaSimulator } from './simulator.mjs';

/** graphQLErrorOf expects the library to report one GraphQL error, and returns it and the data beside it. */
async function graphQLErrorOf(promise) {
  let caught;
  await assert.rejects(promise, (error) => {
    caught = error;
    return true;
  });
  assert.ok(caught instanceof GraphqlQueryError, `${caught.constructor.name}: ${caught.message}`);
  assert.ok(caught instanceof ShopifyError);
  assert.equal(caught.response.status, 200);
  assert.equal(caught.body.errors.networkStatusCode, 200);
  const errors = caught.body.errors.graphQLErrors;
  assert.equal(errors.length, 1);
  assert.equal(caught.message, errors[0].message);
  return { ...errors[0], data: caught.body.data };
}

test('the shop reads as it was made', async (t) => {
  const shop = await openShop(t, { shop: { name: 'Érable & Fils', plan: 'Grow', currency: 'CAD' } });
  const { data } = await graphQL(shop).request(`query Shop {
    shop { id name myshopifyDomain currencyCode ianaTimezone plan { publicDisplayName } primaryDomain { host url } }
    currentAppInstallation { app { title apiKey } accessScopes { handle } }
  }`);
  assert.deepEqual(data, {
    shop: {
      id: `gid://shopify/Shop/${shop.id}`,
      name: 'Érable & Fils',
      myshopifyDomain: shop.domain,
      currencyCode: 'CAD',
      ianaTimezone: 'America/Toronto',
      plan: { publicDisplayName: 'Grow' },
      primaryDomain: { host: shop.domain, url: `https://${shop.domain}` },
    },
    currentAppInstallation: {
      app: { title: shop.app.title, apiKey: shop.app.clientID },
      accessScopes: shop.app.scopes.map((handle) => ({ handle })),
    },
  });
  const [call] = await callsOf(shop);
  assert.equal(call.kind, 'GraphQL');
  assert.equal(call.operation, 'Shop');
  assert.equal(call.app, shop.app.clientID);
  assert.equal(call.versionRequested, version);
});

test('a custom store app reads with the token of its configuration', async (t) => {
  const shop = await openShop(t);
  const { session, clients } = library(shop, {
    apiKey: undefined,
    isCustomStoreApp: true,
    adminApiAccessToken: shop.app.accessToken,
  });
  const client = new clients.Graphql({ session: session.customAppSession(shop.domain) });
  const { data } = await client.request('{ shop { name } }');
  assert.deepEqual(data, { shop: { name: shop.name } });
});

test('a shop does not see another, and neither takes the token of the other', async (t) => {
  const [one, two] = [await openShop(t), await openShop(t)];
  for (const shop of [one, two]) {
    const { data } = await graphQL(shop).request('{ shop { myshopifyDomain } }');
    assert.equal(data.shop.myshopifyDomain, shop.domain);
  }
  const foreign = graphQL(one, { accessToken: two.app.accessToken });
  await assert.rejects(foreign.request('{ shop { name } }'), (error) => error.response?.code === 401);
});

test('every reply states its cost and the state of the bucket', async (t) => {
  const shop = await openShop(t);
  const { extensions } = await graphQL(shop).request('{ locations(first: 10) { nodes { id name } } }');
  const { requestedQueryCost, actualQueryCost, throttleStatus } = extensions.cost;
  // A connection costs 2 and its object once for each ⌊2·ln N⌋ of N nodes; there is one location.
  assert.equal(requestedQueryCost, 6);
  assert.equal(actualQueryCost, 3);
  const { maximumAvailable, currentlyAvailable, restoreRate } = throttleStatus;
  assert.ok(maximumAvailable >= 1000 && restoreRate >= 50, JSON.stringify(throttleStatus));
  assert.ok(currentlyAvailable > 0 && currentlyAvailable <= maximumAvailable, JSON.stringify(throttleStatus));
});

test('the API names the versions that it serves', async (t) => {
  const { data } = await graphQL(await openShop(t)).request('{ publicApiVersions { handle displayName supported } }');
  assert.deepEqual(
    data.publicApiVersions.filter((v) => v.supported).map((v) => v.handle),
    versions,
  );
  assert.equal(data.publicApiVersions.at(-1).displayName, `${newest} (Latest)`);
});

for (const asked of versions) {
  test(`version ${asked} is served by itself`, async (t) => {
    const client = graphQL(await openShop(t), { config: { apiVersion: asked } });
    const { headers } = await client.request('{ shop { name } }');
    assert.deepEqual(headers['X-Shopify-Api-Version'], [asked]);
  });
}

for (const asked of [ApiVersion.October24, ApiVersion.October25, '2024-01']) {
  test(`version ${asked}, no longer accessible, falls forward to the oldest that is`, async (t) => {
    const shop = await openShop(t);
    const client = graphQL(shop, { config: { apiVersion: asked } });
    const { data, headers } = await client.request('{ shop { name } }');
    assert.deepEqual(headers['X-Shopify-Api-Version'], [oldest]);
    assert.equal(data.shop.name, shop.name);
    const [call] = await callsOf(shop);
    assert.deepEqual([call.versionRequested, call.versionServed], [asked, oldest]);
  });
}

test('a version asked for in one request alone is the one that answers it', async (t) => {
  const client = graphQL(await openShop(t));
  const { headers } = await client.request('{ shop { name } }', { apiVersion: oldest });
  assert.deepEqual(headers['X-Shopify-Api-Version'], [oldest]);
});

for (const [what, change] of [
  ['a wrong token', { accessToken: 'shpat_wrong' }],
  ['the token of an app that was uninstalled', { uninstalled: true }],
]) {
  test(`${what} is an HttpResponseError with 401`, async (t) => {
    const shop = await openShop(t);
    if (change.uninstalled) await control('PATCH', `shops/${shop.domain}/apps/${shop.app.clientID}`, change);
    const request = graphQL(shop, change).request('{ shop { name } }');
    await assert.rejects(request, (error) => {
      assert.ok(error instanceof HttpResponseError, `${error.constructor.name}: ${error.message}`);
      assert.equal(error.response.code, 401);
      assert.equal(error.response.statusText, 'Unauthorized');
      assert.match(error.message, /^Received an error response \(401 Unauthorized\) from Shopify/);
      assert.match(error.message, /include this id: \S+/);
      return true;
    });
    const reply = await viaSimulator(`https://${shop.domain}/admin/api/${version}/graphql.json`, {
      method: 'POST',
      headers: { 'X-Shopify-Access-Token': 'shpat_wrong', 'Content-Type': 'application/json' },
      body: '{"query":"{ shop { name } }"}',
    });
    assert.deepEqual(await reply.json(), {
      errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
    });
  });
}

test('a shop that is not there is an HttpResponseError with 404', async (t) => {
  const shop = await openShop(t);
  const request = graphQL({ ...shop, domain: 'nobody-is-here.myshopify.com' }).request('{ shop { name } }');
  await assert.rejects(request, (error) => {
    assert.ok(error instanceof HttpResponseError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.response.code, 404);
    return true;
  });
});

test('a field that may be null and needs a scope that is missing is null, beside a GraphqlQueryError', async (t) => {
  const shop = await openShop(t, { app: { scopes: ['read_products'] } });
  const error = await graphQLErrorOf(graphQL(shop).request('{ shop { name } location { id } }'));
  assert.match(error.extensions.requiredAccess, /^`read_locations` access scope\b/);
  assert.equal(error.message, `Access denied for location field. Required access: ${error.extensions.requiredAccess}`);
  assert.deepEqual(error.path, ['location']);
  assert.deepEqual(error.locations, [{ line: 1, column: 17 }]);
  assert.equal(error.extensions.code, 'ACCESS_DENIED');
  assert.equal(error.extensions.documentation, 'https://shopify.dev/api/usage/access-scopes');
  assert.deepEqual(error.data, { shop: { name: shop.name }, location: null });
});

test('a field that may not be null and needs a scope that is missing leaves no data', async (t) => {
  const shop = await openShop(t, { app: { scopes: ['read_products'] } });
  const error = await graphQLErrorOf(graphQL(shop).request('{ shop { name } places: locations(first: 1) { nodes { id } } }'));
  assert.match(error.message, /^Access denied for locations field\./);
  assert.deepEqual(error.path, ['places']);
  assert.equal(error.extensions.code, 'ACCESS_DENIED');
  assert.equal(error.data ?? null, null);
});

test('a scope that is granted while the shop is in use takes effect at once', async (t) => {
  const shop = await openShop(t, { app: { scopes: [] } });
  const client = graphQL(shop);
  const document = '{ locations(first: 1) { nodes { name } } }';
  assert.equal((await graphQLErrorOf(client.request(document))).extensions.code, 'ACCESS_DENIED');
  await control('PATCH', `shops/${shop.domain}/apps/${shop.app.clientID}`, { scopes: ['read_locations'] });
  assert.deepEqual((await client.request(document)).data, { locations: { nodes: [{ name: 'Warehouse' }] } });
});

test('a write scope covers what the read scope does', async (t) => {
  const shop = await openShop(t, { app: { scopes: ['write_products'] } });
  const { data } = await graphQL(shop).request('{ metafieldDefinitions(first: 1, ownerType: PRODUCT) { nodes { id } } }');
  assert.deepEqual(data, { metafieldDefinitions: { nodes: [] } });
});

test('a field that the schema does not have is a GraphqlQueryError with its place', async (t) => {
  const shop = await openShop(t);
  const error = await graphQLErrorOf(graphQL(shop).request('query Wrong {\n  shop {\n    nickname\n  }\n}'));
  assert.deepEqual(error.locations, [{ line: 3, column: 5 }]);
  assert.equal(error.extensions.code, 'undefinedField');
  assert.equal(error.extensions.typeName, 'Shop');
  assert.equal(error.extensions.fieldName, 'nickname');
  assert.equal(error.data, undefined);
});

test('a field that came with a later version is refused in an earlier one', async (t) => {
  const shop = await openShop(t);
  const document = '{ webhookSubscriptions(first: 1) { nodes { name } } }';
  const early = graphQL(shop, { config: { apiVersion: ApiVersion.January26 } });
  assert.equal((await graphQLErrorOf(early.request(document))).extensions.code, 'undefinedField');
  const late = graphQL(shop, { config: { apiVersion: ApiVersion.April26 } });
  assert.deepEqual((await late.request(document)).data, { webhookSubscriptions: { nodes: [] } });
});

test('a document that is no GraphQL is a GraphqlQueryError', async (t) => {
  const error = await graphQLErrorOf(graphQL(await openShop(t)).request('query { shop {'));
  assert.ok(error.message.length > 0);
  assert.equal(error.data, undefined);
});

test('a variable that does not fit is a GraphqlQueryError with INVALID_VARIABLE', async (t) => {
  const shop = await openShop(t);
  const document = 'query ($topics: [WebhookSubscriptionTopic!]) { webhookSubscriptions(first: 1, topics: $topics) { nodes { id } } }';
  const request = graphQL(shop).request(document, { variables: { topics: ['ORDERS_CREATE', 'ORDERS_EATEN'] } });
  const error = await graphQLErrorOf(request);
  assert.equal(error.extensions.code, 'INVALID_VARIABLE');
  assert.deepEqual(error.extensions.value, ['ORDERS_CREATE', 'ORDERS_EATEN']);
  assert.deepEqual(error.extensions.problems.map((p) => p.path), [[1]]);
});

test('a query that costs more than any may is refused unexecuted', async (t) => {
  const shop = await openShop(t);
  const page = (alias) => `${alias}: locations(first: 250) { nodes { address { city } localPickupSettingsV2 { pickupTime } } }`;
  const document = `{ ${Array.from({ length: 60 }, (_, i) => page(`page${i}`)).join(' ')} }`;
  const error = await graphQLErrorOf(graphQL(shop).request(document));
  assert.equal(error.extensions.code, 'MAX_COST_EXCEEDED');
  assert.equal(error.extensions.maxCost, 1000);
  assert.ok(error.extensions.cost > 1000, `${error.extensions.cost}`);
  assert.equal(error.data, undefined);
});
