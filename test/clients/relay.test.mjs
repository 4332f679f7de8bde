// The relay's signatures: Shopify's own library accepts the vectors that the relay's
// tests go by.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { library, version } from './simulator.mjs';

const { vectors } = JSON.parse(readFileSync(new URL('../../webhookrelay/testdata/signatures.json', import.meta.url)));

/** isValid asks the library for its verdict on a webhook. */
async function isValid(secret, body, signature) {
  const { webhooks } = library({ app: { clientID: 'app', clientSecret: secret } });
  const headers = {
    'X-Shopify-Hmac-Sha256': signature,
    'X-Shopify-Topic': 'orders/create',
    'X-Shopify-Shop-Domain': 'maple-kids.myshopify.com',
    'X-Shopify-API-Version': version,
    'X-Shopify-Webhook-Id': '1',
  };
  return (await webhooks.validate({ rawBody: body, rawRequest: { headers } })).valid;
}

test('there are vectors', () => assert.ok(vectors.length > 0));

for (const [i, { secret, body, signature }] of vectors.entries()) {
  test(`the library accepts the relay's vector ${i}`, async () => {
    assert.equal(await isValid(secret, body, signature), true);
    assert.equal(await isValid(secret, `${body} `, signature), false);
    assert.equal(await isValid(`${secret}x`, body, signature), false);
  });
}
