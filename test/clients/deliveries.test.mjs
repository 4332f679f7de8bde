// Webhook deliveries: the library's own validation accepts what the simulator
// sends, and refuses it once it was touched.
import { WebhookValidationErrorReason } from '@shopify/shopify-api';
import assert from 'node:assert/strict';
import http from 'node:http';
import { test } from 'node:test';
import { control, graphQL, library, openShop } from './simulator.mjs';

const topics = ['ORDERS_CREATE', 'ORDERS_PAID', 'ORDERS_CANCELLED', 'PRODUCTS_UPDATE', 'INVENTORY_LEVELS_UPDATE', 'REFUNDS_CREATE', 'ORDERS_EDITED', 'PRODUCTS_DELETE', 'APP_UNINSTALLED'];

/** receiver takes deliveries in; next resolves to the next one. */
async function receiver(t) {
  const arrived = [];
  const waiting = [];
  const server = http.createServer((request, response) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      response.end();
      const delivery = { rawRequest: request, rawResponse: response, rawBody: Buffer.concat(chunks).toString() };
      waiting.length ? waiting.shift()(delivery) : arrived.push(delivery);
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  const next = () => (arrived.length ? Promise.resolve(arrived.shift()) : new Promise((resolve) => waiting.push(resolve)));
  return { via: `http://127.0.0.1:${server.address().port}`, next };
}

/** subscribed is a shop that reports a topic to the receiver. */
async function subscribed(t, topic, input = {}) {
  const shop = await openShop(t);
  const { via, next } = await receiver(t);
  await control('PUT', `shops/${shop.domain}/delivery`, { via });
  const { data } = await graphQL(shop).request(
    `mutation ($topic: WebhookSubscriptionTopic!, $webhookSubscription: WebhookSubscriptionInput!) {
      webhookSubscriptionCreate(topic: $topic, webhookSubscription: $webhookSubscription) { userErrors { message } }
    }`,
    { variables: { topic, webhookSubscription: { uri: 'https://relay.shopkeeper.example/hooks', ...input } } },
  );
  assert.deepEqual(data.webhookSubscriptionCreate.userErrors, []);
  return { shop, next };
}

for (const topic of topics) {
  test(`a delivery of ${topic} is valid`, { timeout: 60_000 }, async (t) => {
    const { shop, next } = await subscribed(t, topic);
    await control('POST', `shops/${shop.domain}/events`, { topic });
    const delivery = await next();
    const result = await library(shop).webhooks.validate(delivery);
    assert.equal(result.valid, true, JSON.stringify(result));
    assert.equal(result.domain, shop.domain);
    assert.equal(result.topic.replaceAll('/', '_').toUpperCase(), topic);
    assert.ok(JSON.parse(delivery.rawBody));
  });
}

test('a body that was touched is not valid', { timeout: 60_000 }, async (t) => {
  const { shop, next } = await subscribed(t, 'ORDERS_PAID');
  await control('POST', `shops/${shop.domain}/events`, { topic: 'ORDERS_PAID' });
  const delivery = await next();
  const result = await library(shop).webhooks.validate({ ...delivery, rawBody: delivery.rawBody.replace('{', '{ ') });
  assert.equal(result.valid, false);
  assert.equal(result.reason, WebhookValidationErrorReason.InvalidHmac);
});

test('a delivery holds only the fields that were asked for', { timeout: 60_000 }, async (t) => {
  const { shop, next } = await subscribed(t, 'ORDERS_PAID', { includeFields: ['id', 'updated_at'] });
  await control('POST', `shops/${shop.domain}/events`, { topic: 'ORDERS_PAID' });
  const delivery = await next();
  assert.deepEqual(Object.keys(JSON.parse(delivery.rawBody)).sort(), ['id', 'updated_at']);
  assert.equal((await library(shop).webhooks.validate(delivery)).valid, true);
});
