// The client credentials grant by @shopify/shopify-api.
import { HttpResponseError, InvalidShopError } from '@shopify/shopify-api';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callsOf, control, library, openShop, stateOf } from './simulator.mjs';

const day = 24 * 60 * 60 * 1000;

test('the grant mints a token that reads the shop and lasts a day', async (t) => {
  const shop = await openShop(t, { app: { accessToken: null } });
  const { auth, clients } = library(shop);
  const before = Date.now();
  const { session } = await auth.clientCredentials({ shop: shop.domain });
  assert.equal(session.shop, shop.domain);
  assert.equal(session.isOnline, false);
  assert.match(session.accessToken, /^shpat_[0-9a-f]{32}$/);
  assert.equal(session.scope, shop.app.scopes.join(','));
  const life = session.expires.getTime() - before;
  assert.ok(life > day - 60_000 && life < day + 60_000, `${life} ms`);
  assert.ok(session.isActive(shop.app.scopes));

  const { data } = await new clients.Graphql({ session }).request('{ shop { name } currentAppInstallation { app { apiKey } } }');
  assert.deepEqual(data, { shop: { name: shop.name }, currentAppInstallation: { app: { apiKey: shop.app.clientID } } });
  const calls = await callsOf(shop);
  assert.deepEqual(calls.map((c) => [c.kind, c.status, c.app]), [['OAuth', 200, shop.app.clientID], ['GraphQL', 200, shop.app.clientID]]);
});

test('every grant mints another token, and both are good', async (t) => {
  const shop = await openShop(t);
  const { auth, clients } = library(shop);
  const sessions = [];
  for (let i = 0; i < 2; i += 1) sessions.push((await auth.clientCredentials({ shop: shop.domain })).session);
  assert.notEqual(sessions[0].accessToken, sessions[1].accessToken);
  for (const session of sessions) {
    assert.equal((await new clients.Graphql({ session }).request('{ shop { name } }')).data.shop.name, shop.name);
  }
  assert.equal((await stateOf(shop)).apps[0].tokens.length, 2);
});

test('a token that has ended is refused with 401', async (t) => {
  const shop = await openShop(t);
  const { auth, clients } = library(shop);
  const { session } = await auth.clientCredentials({ shop: shop.domain });
  const tokens = [{ value: session.accessToken, expiresAt: '2020-01-01T00:00:00Z' }];
  await control('PATCH', `shops/${shop.domain}/apps/${shop.app.clientID}`, { tokens });
  await assert.rejects(new clients.Graphql({ session }).request('{ shop { name } }'), (error) => error instanceof HttpResponseError && error.response.code === 401);
});

for (const [what, config, app, code] of [
  ['a wrong client secret', { apiSecretKey: 'wrong' }, {}, 'invalid_client'],
  ['an unknown client id', { apiKey: 'nobody' }, {}, 'application_cannot_be_found'],
  ["another organisation's app", {}, { organization: 'another' }, 'shop_not_permitted'],
  ['an app that was uninstalled', {}, { uninstalled: true }, 'app_not_installed'],
]) {
  test(`${what} gets no token but an HttpResponseError with ${code}`, async (t) => {
    const shop = await openShop(t, { app });
    await assert.rejects(library(shop, config).auth.clientCredentials({ shop: shop.domain }), (error) => {
      assert.ok(error instanceof HttpResponseError, `${error.constructor.name}: ${error.message}`);
      assert.equal(error.response.code, 400);
      assert.equal(error.response.body.error, code);
      assert.equal(typeof error.response.body.error_description, 'string');
      return true;
    });
    assert.deepEqual((await stateOf(shop)).apps[0].tokens ?? [], []);
  });
}

test('the library asks no host but a shop for a token', async (t) => {
  const shop = await openShop(t);
  await assert.rejects(library(shop).auth.clientCredentials({ shop: 'evil.example/myshopify.com' }), InvalidShopError);
  assert.deepEqual(await callsOf(shop), []);
});
