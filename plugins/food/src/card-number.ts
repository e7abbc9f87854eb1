/** 13 to 19 digits, with blanks or hyphens between them. With a plus before them, they are a phone number. */
const digits = /(?<![+\d])\d(?:[ -]?\d){12,18}(?!\d)/g

/** Whether a text or a number anywhere in a value looks like the number of a payment card. */
export function hasCardNumber(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.values(value).some(hasCardNumber)
  const found = String(value).match(digits) ?? []
  return found.some((text) => isCardNumber(text.replaceAll(/\D/g, '')))
}

/** The last digit of a card number checks the others (ISO/IEC 7812-1, the formula of Luhn). */
function isCardNumber(number: string): boolean {
  const sum = [...number].reverse().reduce((total, digit, place) => {
    const value = Number(digit) * (place % 2 === 1 ? 2 : 1)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return sum % 10 === 0
}
