// The operator's own documents, run by clients that are not the operator's.
import { createAdminApiClient } from '@shopify/admin-api-client';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { control, graphQL, openShop, stateOf, versions, viaSimulator } from './simulator.mjs';

/**
 * readOperations returns the text of every operation by its name, each with the
 * fragments that it uses: the client sends one operation at a time.
 */
function readOperations() {
  const directory = new URL('../../internal/shopify/operations/', import.meta.url);
  const operations = new Map();
  const fragments = new Map();
  const definition = /^(query|mutation|fragment)\s+(\w+)[\s\S]*?^}$/gm;
  for (const file of readdirSync(directory).filter((name) => name.endsWith('.graphql'))) {
    const text = readFileSync(new URL(file, directory), 'utf8');
    for (const [whole, kind, name] of text.matchAll(definition)) {
      const into = kind === 'fragment' ? fragments : operations;
      assert.ok(!into.has(name), `${file}: ${name} is there twice`);
      into.set(name, whole);
    }
    const rest = text.replace(definition, '').replace(/^\s*#.*$/gm, '').trim();
    assert.equal(rest, '', `${file}: not understood: ${rest}`);
  }
  const used = (text, found = new Set()) => {
    for (const [, name] of text.matchAll(/\.\.\.\s*(?!on\b)(\w+)/g)) {
      if (!found.has(name)) used(fragments.get(name), found.add(name));
    }
    return found;
  };
  return new Map([...operations].map(([name, text]) => [name, [text, ...[...used(text)].map((f) => fragments.get(f))].join('\n')]));
}
const operations = readOperations();

/** since names the version since which an operation can be sent, where that is not every one. */
const since = (name) => ({ WebhookSubscriptionNames: '2026-04' })[name];

const uri = 'https://relay.shopkeeper.example/hooks/one';
const page = { pageInfo: { hasNextPage: false, endCursor: null } };
const empty = { nodes: [], ...page };

const levelOf = (shop, quantity) => ({
  location: { id: `gid://shopify/Location/${shop.locations[0].id}` },
  quantities: [{ quantity }],
});
const lineOf = (order, hat) => ({
  id: `gid://shopify/LineItem/${order.lines[0].id}`,
  sku: 'HAT-1',
  title: 'Hat',
  quantity: 1,
  currentQuantity: 0,
  product: { id: `gid://shopify/Product/${hat.id}` },
  variant: { id: `gid://shopify/ProductVariant/${hat.variants[0].id}` },
  originalTotalSet: { shopMoney: { amount: '12.00' } },
  discountAllocations: [],
  taxLines: [{ priceSet: { shopMoney: { amount: '1.56' } } }],
});

/** itemID is the custom id of an item's product. */
const itemID = { namespace: 'consignment', key: 'item_id', value: 'BOOTS-1' };

/**
 * story runs the documents in an order in which each makes what a later one
 * reads: [operation, variables, check of the data], given what is known so far.
 */
const story = [
  ['ObserveStore', () => ({}), (data, { shop }) => {
    const { endCursor } = data.locations.pageInfo;
    assert.equal(typeof endCursor, 'string');
    assert.deepEqual(data, {
      shop: {
        id: `gid://shopify/Shop/${shop.id}`,
        name: shop.name,
        myshopifyDomain: shop.domain,
        currencyCode: 'CAD',
        plan: { publicDisplayName: 'Basic' },
        customerAccountsV2: { loginRequiredAtCheckout: false, loginLinksVisibleOnStorefrontAndCheckout: false },
      },
      onlineStore: { passwordProtection: { enabled: true } },
      currentAppInstallation: {
        app: { title: shop.app.title, publicCategory: 'CUSTOM' },
        accessScopes: shop.app.scopes.map((handle) => ({ handle })),
      },
      location: { id: `gid://shopify/Location/${shop.locations[0].id}` },
      locations: {
        nodes: [{
          id: `gid://shopify/Location/${shop.locations[0].id}`,
          name: 'Warehouse',
          isActive: true,
          fulfillsOnlineOrders: true,
          localPickupSettingsV2: null,
        }],
        pageInfo: { hasNextPage: false, endCursor },
      },
      metafieldDefinitions: empty,
      webhookSubscriptions: empty,
    });
  }],
  ['GrantedScopes', () => ({}), (data, { shop }) => {
    assert.deepEqual(data, { currentAppInstallation: { accessScopes: shop.app.scopes.map((handle) => ({ handle })) } });
  }],
  ['EnableLocalPickup', ({ shop }) => ({
    localPickupSettings: {
      locationId: `gid://shopify/Location/${shop.locations[0].id}`,
      pickupTime: 'TWENTY_FOUR_HOURS',
      instructions: 'Ring twice',
    },
  }), (data) => {
    assert.deepEqual(data.locationLocalPickupEnable, {
      localPickupSettings: { pickupTime: 'TWENTY_FOUR_HOURS', instructions: 'Ring twice' },
      userErrors: [],
    });
  }],
  ['Locations', () => ({ after: null }), (data) => {
    assert.deepEqual(data.locations.nodes.map((n) => n.localPickupSettingsV2), [
      { pickupTime: 'TWENTY_FOUR_HOURS', instructions: 'Ring twice' },
    ]);
  }],
  ['OneLocation', ({ shop }) => ({ id: `gid://shopify/Location/${shop.locations[0].id}` }), (data) => {
    assert.deepEqual(data.location.localPickupSettingsV2, { pickupTime: 'TWENTY_FOUR_HOURS', instructions: 'Ring twice' });
  }],
  ['CreateMetafieldDefinition', () => ({
    definition: {
      ownerType: 'PRODUCT',
      namespace: 'consignment',
      key: 'consignor_id',
      name: 'Consignor',
      type: 'single_line_text_field',
      access: { storefront: 'NONE' },
    },
  }), (data, known) => {
    const { createdDefinition, userErrors } = data.metafieldDefinitionCreate;
    assert.deepEqual(userErrors, []);
    known.definition = createdDefinition.id;
    assert.match(known.definition, /^gid:\/\/shopify\/MetafieldDefinition\/\d+$/);
  }],
  ['UpdateMetafieldDefinition', () => ({
    definition: { ownerType: 'PRODUCT', namespace: 'consignment', key: 'consignor_id', name: 'Consignor number' },
  }), (data, { definition }) => {
    assert.deepEqual(data.metafieldDefinitionUpdate, { updatedDefinition: { id: definition }, userErrors: [] });
  }],
  ['MetafieldDefinitions', () => ({}), (data, { definition: id }) => {
    assert.deepEqual(data.metafieldDefinitions.nodes, [{
      id,
      namespace: 'consignment',
      key: 'consignor_id',
      name: 'Consignor number',
      description: null,
      type: { name: 'single_line_text_field' },
      access: { storefront: 'NONE' },
    }]);
  }],
  ['DeleteMetafieldDefinition', ({ definition: id }) => ({ id }), (data, { definition }) => {
    assert.deepEqual(data.metafieldDefinitionDelete, { deletedDefinitionId: definition, userErrors: [] });
  }],
  ['SetQuantities', ({ shop, item }) => ({
    key: 'sale-1',
    input: {
      name: 'available',
      reason: 'correction',
      quantities: [{
        inventoryItemId: `gid://shopify/InventoryItem/${item}`,
        locationId: `gid://shopify/Location/${shop.locations[0].id}`,
        changeFromQuantity: 1,
        quantity: 0,
      }],
    },
  }), (data) => {
    const { inventoryAdjustmentGroup, userErrors } = data.inventorySetQuantities;
    assert.deepEqual(userErrors, []);
    assert.match(inventoryAdjustmentGroup.id, /^gid:\/\/shopify\/InventoryAdjustmentGroup\/\d+/);
  }],
  ['Order', ({ order }) => ({ id: `gid://shopify/Order/${order.id}` }), ({ order: found }, { order, hat }) => {
    assert.equal(found.name, `#${order.number}`);
    assert.equal(found.displayFinancialStatus, 'REFUNDED');
    assert.deepEqual(found.lineItems.nodes, [lineOf(order, hat)]);
    assert.deepEqual(found.refunds.map((r) => [r.id, r.totalRefundedSet.shopMoney.amount]), [
      [`gid://shopify/Refund/${order.refunds[0].id}`, '13.56'],
    ]);
  }],
  ['OrderLines', ({ order }) => ({ id: `gid://shopify/Order/${order.id}`, after: null }), (data, { order, hat }) => {
    assert.deepEqual(data.order.lineItems.nodes, [lineOf(order, hat)]);
  }],
  ['RefundLines', ({ order }) => ({ id: `gid://shopify/Refund/${order.refunds[0].id}`, after: null }), (data, { order, shop }) => {
    assert.deepEqual(data.refund.refundLineItems.nodes, [{
      quantity: 1,
      restockType: 'RETURN',
      lineItem: { id: `gid://shopify/LineItem/${order.lines[0].id}` },
      location: { id: `gid://shopify/Location/${shop.locations[0].id}` },
    }]);
  }],
  ['RefundAdjustments', ({ order }) => ({ id: `gid://shopify/Refund/${order.refunds[0].id}`, after: null }), (data) => {
    assert.deepEqual(data.refund.orderAdjustments.nodes, []);
  }],
  ['OrdersByUpdate', ({ order }) => ({ query: `updated_at:>='${order.updatedAt}'`, after: null }), (data, { order }) => {
    assert.deepEqual(data.orders.nodes, [{ id: `gid://shopify/Order/${order.id}`, updatedAt: order.updatedAt }]);
  }],
  ['VariantsBySKU', () => ({ query: "sku:'HAT-1'", after: null }), (data, { hat }) => {
    assert.deepEqual(data.productVariants.nodes, [{
      id: `gid://shopify/ProductVariant/${hat.variants[0].id}`,
      sku: 'HAT-1',
      product: { id: `gid://shopify/Product/${hat.id}` },
    }]);
  }],
  ['UpdateProduct', ({ hat }) => ({ product: { id: `gid://shopify/Product/${hat.id}`, status: 'DRAFT' } }), (data, { hat }) => {
    assert.deepEqual(data.productUpdate, { product: { id: `gid://shopify/Product/${hat.id}` }, userErrors: [] });
  }],
  ['Product', ({ hat }) => ({ id: `gid://shopify/Product/${hat.id}` }), ({ product }, { hat, shop }) => {
    assert.deepEqual([product.title, product.status], ['Hat', 'DRAFT']);
    assert.deepEqual(product.variants.nodes.map(({ inventoryItem, ...rest }) => rest), [
      { id: `gid://shopify/ProductVariant/${hat.variants[0].id}`, sku: 'HAT-1', barcode: null, price: '12.00', compareAtPrice: null, inventoryPolicy: 'DENY' },
    ]);
    assert.deepEqual(product.variants.nodes[0].inventoryItem.inventoryLevels.nodes, [levelOf(shop, 1)]);
  }],
  ['ProductVariants', ({ hat }) => ({ id: `gid://shopify/Product/${hat.id}`, after: null }), (data) => {
    assert.deepEqual(data.product.variants.nodes.map((v) => v.sku), ['HAT-1']);
  }],
  ['InventoryItem', ({ hat }) => ({ id: `gid://shopify/InventoryItem/${hat.variants[0].inventoryItemID}` }), ({ inventoryItem }, { hat }) => {
    assert.deepEqual([inventoryItem.sku, inventoryItem.tracked], ['HAT-1', true]);
    assert.deepEqual(inventoryItem.variants.nodes.map((v) => v.product.id), [`gid://shopify/Product/${hat.id}`]);
  }],
  ['InventoryLevels', ({ hat }) => ({ id: `gid://shopify/InventoryItem/${hat.variants[0].inventoryItemID}`, after: null }), (data, { shop }) => {
    assert.deepEqual(data.inventoryItem.inventoryLevels.nodes, [levelOf(shop, 1)]);
  }],
  ['Products', () => ({ after: null }), ({ products }, { hat }) => {
    assert.deepEqual(products.nodes.map((p) => p.id), [`gid://shopify/Product/${hat.id}`]);
  }],
  ['UpdateVariants', ({ hat }) => ({
    product: `gid://shopify/Product/${hat.id}`,
    variants: [{ id: `gid://shopify/ProductVariant/${hat.variants[0].id}`, price: '9.00', compareAtPrice: '12.00' }],
  }), (data) => {
    assert.deepEqual(data.productVariantsBulkUpdate.userErrors, []);
  }],
  ['Publications', () => ({ after: null }), ({ publications }, known) => {
    const online = publications.nodes.find((p) => p.catalog.title === 'Online Store');
    known.publication = online.id;
    assert.match(known.publication, /^gid:\/\/shopify\/Publication\/\d+$/);
  }],
  ['PublishProduct', ({ hat, publication }) => ({ id: `gid://shopify/Product/${hat.id}`, publication }), (data) => {
    assert.deepEqual(data.publishablePublish.userErrors, []);
  }],
  ['StageUploads', () => ({
    input: [{ filename: 'hat.jpg', mimeType: 'image/jpeg', resource: 'IMAGE', httpMethod: 'POST', fileSize: '1000' }],
  }), ({ stagedUploadsCreate: { stagedTargets, userErrors } }, known) => {
    assert.deepEqual(userErrors, []);
    known.upload = stagedTargets[0].resourceUrl;
  }],
  ['AddMedia', ({ hat, upload }) => ({
    product: `gid://shopify/Product/${hat.id}`,
    media: [{ originalSource: upload, alt: 'Hat', mediaContentType: 'IMAGE' }],
  }), (data) => {
    assert.deepEqual(data.productUpdate.userErrors, []);
  }],
  ['CreateProduct', async ({ shop }) => {
    await control('PATCH', `shops/${shop.domain}`, {
      metafieldDefinitions: [{ ownerType: 'PRODUCT', namespace: 'consignment', key: 'item_id', name: 'Item', type: 'id' }],
    });
    return {
      item: itemID,
      input: {
        title: 'Boots',
        status: 'DRAFT',
        productOptions: [{ name: 'Title', values: [{ name: 'Default Title' }] }],
        metafields: [{ namespace: 'consignment', key: 'item_id', type: 'id', value: 'BOOTS-1' }],
        variants: [{
          optionValues: [{ optionName: 'Title', name: 'Default Title' }],
          sku: 'BOOTS-1',
          price: '24.99',
          inventoryItem: { tracked: true, sku: 'BOOTS-1' },
        }],
      },
    };
  }, ({ productSet: { product, userErrors } }, known) => {
    assert.deepEqual(userErrors, []);
    known.boots = product.id;
    assert.equal(product.variants.nodes.length, 1);
  }],
  ['ProductByItem', () => ({ item: itemID }), (data, { boots: id }) => {
    assert.deepEqual(data.productByIdentifier, { id });
  }],
  ['CreateWebhookSubscription', () => ({
    topic: 'ORDERS_CREATE',
    webhookSubscription: { uri, includeFields: ['id'] },
  }), (data, known) => {
    const { webhookSubscription, userErrors } = data.webhookSubscriptionCreate;
    assert.deepEqual(userErrors, []);
    known.subscription = webhookSubscription.id;
    assert.match(known.subscription, /^gid:\/\/shopify\/WebhookSubscription\/\d+$/);
  }],
  ['UpdateWebhookSubscription', ({ subscription: id }) => ({
    id,
    webhookSubscription: { uri: `${uri}-moved`, filter: 'total_price:>10' },
  }), (data, { subscription: id }) => {
    assert.deepEqual(data.webhookSubscriptionUpdate, { webhookSubscription: { id }, userErrors: [] });
  }],
  ['WebhookSubscriptions', () => ({}), (data, { subscription: id }) => {
    assert.deepEqual(data.webhookSubscriptions.nodes, [
      { id, topic: 'ORDERS_CREATE', uri: `${uri}-moved`, format: 'JSON', includeFields: ['id'], filter: 'total_price:>10' },
    ]);
  }],
  ['WebhookSubscriptionNames', () => ({ after: null }), (data, { subscription }) => {
    assert.deepEqual(data.webhookSubscriptions.nodes, [{ id: subscription, name: null }]);
  }],
  ['DeleteWebhookSubscription', ({ subscription: id }) => ({ id }), (data, { subscription }) => {
    assert.deepEqual(data.webhookSubscriptionDelete, { deletedWebhookSubscriptionId: subscription, userErrors: [] });
  }],
];

test("every one of the operator's documents has its part in the story", () => {
  assert.deepEqual([...operations.keys()].sort(), story.map(([name]) => name).sort());
});

/** senders run a document by each of Shopify's own clients: data, and the version that answered. */
const senders = {
  '@shopify/shopify-api': (shop, apiVersion) => {
    const client = graphQL(shop, { config: { apiVersion } });
    return async (document, variables) => {
      const { data, headers } = await client.request(document, { variables });
      return { data, served: headers['X-Shopify-Api-Version'][0] };
    };
  },
  '@shopify/admin-api-client': (shop, apiVersion) => {
    const client = createAdminApiClient({
      storeDomain: shop.domain,
      apiVersion,
      accessToken: shop.app.accessToken,
      isTesting: true,
      customFetchApi: viaSimulator,
    });
    return async (document, variables) => {
      const reply = await client.fetch(document, { variables });
      const { data, errors } = await reply.json();
      assert.equal(errors, undefined);
      return { data, served: reply.headers.get('X-Shopify-Api-Version') };
    };
  },
};

for (const [library, sender] of Object.entries(senders)) {
  for (const apiVersion of versions) {
    test(`${library} runs the operator's documents at version ${apiVersion}`, async (t) => {
      const shop = await openShop(t);
      const send = sender(shop, apiVersion);
      const levels = [{ locationID: shop.locations[0].id, available: 1 }];
      const stocked = await control('PATCH', `shops/${shop.domain}`, { inventoryItems: [{ sku: 'A-1', tracked: true, levels }] });
      const hat = await control('POST', `shops/${shop.domain}/products`, {
        title: 'Hat',
        variants: [{ sku: 'HAT-1', priceCents: 1200, available: 1 }],
      });
      const sold = await control('POST', `shops/${shop.domain}/checkouts`, { lines: [{ sku: 'HAT-1' }] });
      const order = await control('POST', `shops/${shop.domain}/orders/${sold.id}/refunds`, {
        lines: [{ sku: 'HAT-1', restockType: 'RETURN' }],
      });
      const known = { shop, item: stocked.inventoryItems[0].id, hat, order };
      for (const [name, variables, check] of story) {
        if (apiVersion < (since(name) ?? apiVersion)) continue;
        await t.test(name, async () => {
          const { data, served } = await send(operations.get(name), await variables(known));
          assert.equal(served, apiVersion);
          check(data, known);
        });
      }
      const after = await stateOf(shop);
      assert.deepEqual([after.metafieldDefinitions.map((d) => d.key), after.webhookSubscriptions], [['item_id'], []]);
      assert.equal(after.inventoryItems[0].levels[0].available, 0);
      assert.deepEqual(after.locations[0].localPickup, { pickupTime: 'TWENTY_FOUR_HOURS', instructions: 'Ring twice' });
    });
  }
}
