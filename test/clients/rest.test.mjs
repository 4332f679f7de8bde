// What is left of the REST API, by the REST client and the resource classes of
// @shopify/shopify-api.
import { HttpResponseError } from '@shopify/shopify-api';
import { restResources } from '@shopify/shopify-api/rest/admin/2026-04';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOf, graphQL, library, oldest, openShop, sessionOf, version } from './simulator.mjs';

/** rest is the REST client for the shop. */
function rest(shop, accessToken, apiVersion) {
  const { clients } = library(shop);
  return new clients.Rest({ session: sessionOf(shop, accessToken), apiVersion });
}

test('shop.json is the shop that GraphQL shows', async (t) => {
  const shop = await openShop(t, { shop: { passwordEnabled: false, taxesIncluded: true } });
  const { body, headers } = await rest(shop).get({ path: 'shop' });
  const { data } = await graphQL(shop).request('{ shop { id name email myshopifyDomain currencyCode ianaTimezone taxesIncluded createdAt } }');
  assert.deepEqual(
    {
      id: `gid://shopify/Shop/${body.shop.id}`,
      name: body.shop.name,
      email: body.shop.email,
      myshopifyDomain: body.shop.myshopify_domain,
      currencyCode: body.shop.currency,
      ianaTimezone: body.shop.iana_timezone,
      taxesIncluded: body.shop.taxes_included,
      createdAt: new Date(body.shop.created_at).toISOString().replace('.000Z', 'Z'),
    },
    data.shop,
  );
  assert.equal(body.shop.password_enabled, false);
  assert.equal(body.shop.primary_location_id, String(shop.locations[0].id));
  assert.deepEqual(headers['X-Shopify-Api-Version'], [version]);
  assert.match(headers['X-Shopify-Shop-Api-Call-Limit'][0], /^\d+\/40$/);
});

test('the resource classes read shop, access scopes and shipping zones', async (t) => {
  const shop = await openShop(t);
  const session = sessionOf(shop);
  const { rest: resources } = library(shop, { apiVersion: '2026-04', restResources });

  const { data: shops } = await resources.Shop.all({ session });
  assert.deepEqual(shops.map((s) => [s.id, s.name, s.country_code]), [[String(shop.id), shop.name, 'CA']]);

  const { data: scopes } = await resources.AccessScope.all({ session });
  assert.deepEqual(scopes.map((s) => s.handle), shop.app.scopes);

  const { data: zones } = await resources.ShippingZone.all({ session });
  assert.equal(zones.length, 1);
  const [country] = zones[0].countries;
  assert.deepEqual([country.code, country.tax], ['CA', 0.05]);
  assert.deepEqual(country.provinces.map((p) => [p.code, p.tax_name, p.tax]), [['ON', 'HST', 0.13]]);

  assert.deepEqual((await callsOf(shop)).map((c) => [c.kind, c.operation, c.status]), [
    ['REST', 'GET /admin/api/2026-04/shop.json', 200],
    ['REST', 'GET /admin/oauth/access_scopes.json', 200],
    ['REST', 'GET /admin/api/2026-04/shipping_zones.json', 200],
  ]);
});

test('a version no longer accessible falls forward', async (t) => {
  const { headers } = await rest(await openShop(t), undefined, '2024-01').get({ path: 'shop' });
  assert.deepEqual(headers['X-Shopify-Api-Version'], [oldest]);
});

for (const path of ['shop', '/admin/oauth/access_scopes.json']) {
  test(`a wrong token is an HttpResponseError with 401 for ${path}`, async (t) => {
    await assert.rejects(rest(await openShop(t), 'shpat_wrong').get({ path }), (error) => {
      assert.ok(error instanceof HttpResponseError, `${error.constructor.name}: ${error.message}`);
      assert.equal(error.response.code, 401);
      assert.deepEqual(error.response.body, {
        errors: '[API] Invalid API key or access token (unrecognized login or wrong password)',
      });
      return true;
    });
  });
}

test('a resource that needs a scope that is missing is an HttpResponseError with 403', async (t) => {
  const shop = await openShop(t, { app: { scopes: ['read_products'] } });
  await assert.rejects(rest(shop).get({ path: 'shipping_zones' }), (error) => {
    assert.ok(error instanceof HttpResponseError, `${error.constructor.name}: ${error.message}`);
    assert.equal(error.response.code, 403);
    assert.match(error.response.body.errors, /read_shipping/);
    return true;
  });
});

test('a resource that there is not is an HttpResponseError with 404', async (t) => {
  await assert.rejects(rest(await openShop(t)).get({ path: 'nothing' }), (error) => error instanceof HttpResponseError && error.response.code === 404);
});
