import type { Migrations } from '@reference-plugins/store'

export const orderMigrations: Migrations = {
  'food order': `
    CREATE TABLE food_order (
      id TEXT PRIMARY KEY,
      checkout TEXT NOT NULL,
      customer TEXT NOT NULL,
      store TEXT NOT NULL,
      contents TEXT NOT NULL,
      payment TEXT NOT NULL,
      payment_state TEXT NOT NULL,
      amount INTEGER NOT NULL,
      refunded INTEGER NOT NULL,
      placed_at INTEGER NOT NULL,
      kitchen_at INTEGER NOT NULL,
      ready_at INTEGER NOT NULL,
      window_start INTEGER NOT NULL,
      window_end INTEGER NOT NULL,
      canceled_at INTEGER,
      cancel_key TEXT
    );
    CREATE INDEX food_order_customer ON food_order (customer, placed_at);
    CREATE INDEX food_order_end ON food_order (window_end)`,
}
