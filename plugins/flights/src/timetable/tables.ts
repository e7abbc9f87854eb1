import type { Migrations } from '@reference-plugins/store'

/** What the airlines of the timetable know. The plugin's own tables never refer to these, nor these to them. */
export const timetableMigrations: Migrations = {
  timetable: `
    CREATE TABLE timetable_search (id TEXT PRIMARY KEY, search TEXT NOT NULL, created_at INTEGER NOT NULL);
    CREATE INDEX timetable_search_time ON timetable_search (created_at);
    CREATE TABLE timetable_order (
      id TEXT PRIMARY KEY, number INTEGER NOT NULL, request_key TEXT NOT NULL, offer_id TEXT NOT NULL, version INTEGER NOT NULL,
      journey TEXT NOT NULL, travellers TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL,
      created_at INTEGER NOT NULL, required_by INTEGER, guaranteed_until INTEGER, paid_at INTEGER, cancelled_at INTEGER
    );
    CREATE INDEX timetable_order_key ON timetable_order (request_key);
    CREATE INDEX timetable_order_number ON timetable_order (number);
    CREATE TABLE timetable_seat (
      flight TEXT NOT NULL, order_id TEXT NOT NULL, departs_at INTEGER NOT NULL, seats INTEGER NOT NULL, taken_until INTEGER NOT NULL,
      PRIMARY KEY (flight, order_id)
    );
    CREATE INDEX timetable_seat_time ON timetable_seat (departs_at);
    CREATE INDEX timetable_seat_order ON timetable_seat (order_id);
    CREATE TABLE timetable_quote (
      id TEXT PRIMARY KEY, kind TEXT NOT NULL, order_id TEXT NOT NULL, number INTEGER NOT NULL, order_version INTEGER NOT NULL,
      content TEXT NOT NULL, journey TEXT NOT NULL, expires_at INTEGER NOT NULL, confirmed_at INTEGER
    );
    CREATE INDEX timetable_quote_order ON timetable_quote (order_id, kind, number);
    CREATE TABLE timetable_payment (
      order_id TEXT NOT NULL, reason TEXT NOT NULL, amount INTEGER NOT NULL, currency TEXT NOT NULL, created_at INTEGER NOT NULL,
      PRIMARY KEY (order_id, reason)
    )`,
}
