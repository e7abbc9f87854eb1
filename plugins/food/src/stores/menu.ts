import { z } from 'zod'
import { type Allergen, allergens, type Diet, diets, type Item, type optionsOf, type Store } from './store.ts'

const MenuOption = z.object({
  id: z.string(),
  name: z.string(),
  price: z.int().describe('Added to the price of the item'),
  allergens: z.array(z.enum(allergens)),
})

const MenuItem = z
  .object({
    id: z.string(),
    name: z.string(),
    description: z.string(),
    category: z.string(),
    price: z.int(),
    diets: z.array(z.enum(diets)),
    allergens: z.array(z.enum(allergens)),
    left: z.int().optional().describe('How many are left today, if there is a limit'),
    most: z.int().describe('The most in one order'),
    age: z.int().optional().describe('How old the guest must be: a person has to confirm it'),
    option_groups: z.array(
      z.object({
        name: z.string(),
        choose: z.enum(['one', 'any']).describe('With one, the first option is taken if none is named'),
        options: z.array(MenuOption),
      }),
    ),
  })
  .meta({ id: 'MenuItem' })

export const Menu = z.object({
  store: z.string(),
  name: z.string(),
  currency: z.string(),
  items: z.array(MenuItem),
})

export interface MenuFilter {
  diet?: Diet | undefined
  /** Allergens that neither an item nor its options may have. */
  without?: readonly Allergen[] | undefined
}

/** What fits the filter: items, and of those the options that fit too. */
export function menuOf(
  { id, name, currency, menu }: Store,
  { diet, without = [] }: MenuFilter,
  sold: ReadonlyMap<string, number>,
): z.input<typeof Menu> {
  const isFree = (one: { allergens: readonly Allergen[] }) =>
    !one.allergens.some((allergen) => without.includes(allergen))
  const items = menu.filter((item) => isFree(item) && (diet === undefined || item.diets.includes(diet)))
  const fits = (option: ReturnType<typeof optionsOf>[number]) =>
    isFree(option) && (diet === undefined || !option.breaks.includes(diet))
  return {
    store: id,
    name,
    currency,
    items: items
      .map((item) => ({
        ...item,
        groups: item.groups.map((group) => ({ ...group, options: group.options.filter(fits) })),
      }))
      // An item of which one option must be chosen needs one that fits.
      .filter(({ groups }) => groups.every(({ choose, options }) => choose === 'any' || options.length > 0))
      .map((item) => toMenuItem(item, sold)),
  }
}

function toMenuItem(item: Item, sold: ReadonlyMap<string, number>): z.input<typeof MenuItem> {
  const { id, name, description, category, price, per_day, most, age, groups } = item
  return {
    id,
    name,
    description,
    category,
    price,
    diets: item.diets,
    allergens: item.allergens,
    ...(per_day !== undefined && { left: Math.max(0, per_day - (sold.get(id) ?? 0)) }),
    most,
    ...(age !== undefined && { age }),
    option_groups: groups
      .filter(({ options }) => options.length > 0)
      .map(({ name, choose, options }) => ({
        name,
        choose,
        options: options.map(({ id, name, price, allergens }) => ({ id, name, price, allergens })),
      })),
  }
}
