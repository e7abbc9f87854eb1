import { z } from 'zod'

export const diets = ['vegetarian', 'vegan', 'halal', 'gluten_free'] as const
export type Diet = (typeof diets)[number]

/** The allergens that must be declared in the European Union. */
export const allergens = [
  'gluten',
  'crustaceans',
  'eggs',
  'fish',
  'peanuts',
  'soybeans',
  'milk',
  'nuts',
  'celery',
  'mustard',
  'sesame',
  'sulphites',
  'lupin',
  'molluscs',
] as const
export type Allergen = (typeof allergens)[number]

export const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export type Day = (typeof days)[number]

const id = z.string().regex(/^[a-z][a-z-]{1,30}$/)
// A time range such as 17:30-01:00, which ends on the next day.
const range = z.string().regex(/^([01]\d|2[0-3]):(00|15|30|45)-([01]\d|2[0-3]):(00|15|30|45)$/)
const amount = z.int().min(0).max(1_000_000)

/** As in ACP. */
export const Address = z.object({
  name: z.string(),
  line_one: z.string(),
  line_two: z.string().optional(),
  city: z.string(),
  state: z.string(),
  country: z.string(),
  postal_code: z.string(),
})
export type Address = z.infer<typeof Address>

const Option = z.strictObject({
  id,
  name: z.string(),
  /** Added to the price of the item. */
  price: amount.default(0),
  allergens: z.array(z.enum(allergens)).default([]),
  /** Diets that the item no longer fits with this option. */
  breaks: z.array(z.enum(diets)).default([]),
})

const OptionGroup = z.strictObject({
  name: z.string(),
  /** Of a group with `one`, the first option is taken if a guest names none. */
  choose: z.enum(['one', 'any']),
  options: z.array(Option).min(1),
})

const Item = z.strictObject({
  id,
  name: z.string(),
  description: z.string(),
  category: z.string(),
  price: amount,
  diets: z.array(z.enum(diets)).default([]),
  allergens: z.array(z.enum(allergens)).default([]),
  /** The most in one order. */
  most: z.int().min(1).max(50).default(10),
  /** How many there are each day. Without it, there are always enough. */
  per_day: z.int().min(1).optional(),
  /** Other guests take the last one right after it is put into a cart: so that anybody can see an item sell out. */
  rush: z.boolean().default(false),
  /** How old the guest must be, in years. */
  age: z.int().min(1).optional(),
  groups: z.array(OptionGroup).default([]),
})
export type Item = z.infer<typeof Item>
export type Option = z.infer<typeof Option>

const DeliveryArea = z.strictObject({
  name: z.string(),
  postal_codes: z.array(z.string()).min(1),
  fee: amount,
  /** What the items must cost at least. */
  minimum: amount,
})
export type DeliveryArea = z.infer<typeof DeliveryArea>

/** A file of `data/stores`. All amounts are in the minor unit of the currency: cents, pence, or yen. */
export const Store = z.strictObject({
  id,
  name: z.string(),
  cuisine: z.string(),
  address: Address,
  phone: z.string(),
  timezone: z.string(),
  currency: z.string().regex(/^[a-z]{3}$/),
  /** In local time. */
  hours: z.record(z.enum(days), z.array(range)),
  /** Days of the year on which it is closed, such as 12-25. */
  closed_on: z.array(z.string().regex(/^\d\d-\d\d$/)).default([]),
  preparation_minutes: z.int().min(5).max(120),
  delivery: z.strictObject({ minutes: z.int().min(5).max(120), areas: z.array(DeliveryArea) }),
  tax: z.strictObject({
    jurisdiction: z.string(),
    percent: z.number().min(0).max(50),
    /** Whether prices include it. */
    included: z.boolean(),
  }),
  menu: z.array(Item).min(1),
})
export type Store = z.infer<typeof Store>

export const optionsOf = (item: Item): Option[] => item.groups.flatMap(({ options }) => options)
