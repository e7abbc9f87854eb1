import type { Migrations } from '@reference-plugins/store'

export const checkoutMigrations: Migrations = {
  checkout: `
    CREATE TABLE checkout (
      id TEXT PRIMARY KEY,
      customer TEXT NOT NULL,
      store TEXT NOT NULL,
      version INTEGER NOT NULL,
      state TEXT NOT NULL,
      lines TEXT NOT NULL,
      wishes TEXT NOT NULL,
      confirmed_age INTEGER NOT NULL,
      declined TEXT,
      action_key TEXT,
      order_id TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    );
    CREATE INDEX checkout_customer ON checkout (customer);
    CREATE INDEX checkout_expiry ON checkout (expires_at);
    CREATE TABLE sold (
      store TEXT NOT NULL,
      item TEXT NOT NULL,
      day TEXT NOT NULL,
      quantity INTEGER NOT NULL,
      PRIMARY KEY (store, item, day)
    )`,
}
