import type { Migrations } from '@reference-plugins/store'

/** What the plugin knows itself: whose order it is, each step that was sent to the source, and the accounts of users. */
export const bookingMigrations: Migrations = {
  bookings: `
    CREATE TABLE booking (order_id TEXT PRIMARY KEY, owner TEXT NOT NULL, number INTEGER NOT NULL);
    CREATE UNIQUE INDEX booking_owner ON booking (owner, number);
    CREATE TABLE booking_step (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL, order_id TEXT, state TEXT NOT NULL,
      amount INTEGER NOT NULL, currency TEXT NOT NULL, sent_at INTEGER NOT NULL, check_at INTEGER NOT NULL
    );
    CREATE INDEX booking_step_time ON booking_step (check_at);
    CREATE INDEX booking_step_owner ON booking_step (owner, state);
    CREATE TABLE account_entry (
      id TEXT PRIMARY KEY, owner TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, created_at INTEGER NOT NULL
    );
    CREATE INDEX account_entry_owner ON account_entry (owner, created_at)`,
}
