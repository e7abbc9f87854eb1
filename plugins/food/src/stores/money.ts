/** Such as `31.40 USD`, from an amount in minor units. The digits after the point are those of the currency. */
export function describeMoney(amount: number, currency: string): string {
  const { maximumFractionDigits: digits = 2 } = new Intl.NumberFormat('en', {
    style: 'currency',
    currency,
  }).resolvedOptions()
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency.toUpperCase()}`
}
