const latin = /\p{Script=Latin}/u
const similar =
  /\p{Script=Cyrillic}|\p{Script=Greek}|\p{Script=Armenian}|\p{Script=Cherokee}|\p{Script=Coptic}|\p{Script=Lisu}/u
/** Of Cyrillic and Greek, the letters that most fonts draw as Latin ones. */
const drawnAsLatin = /^[аеорсухіјѕһԁԛԝӏАВЕЅІЈКМНОРСТУХԚԜΑΒΕΖΗΙΚΜΝΟΡΤΥΧοι]+$/u

/** Whether a name has a word in letters that look like those of another alphabet, such as `pаypal` with a Cyrillic letter. */
export const looksAlike = (name: string): boolean =>
  (name.match(/\p{L}+/gu) ?? []).some(
    (word) => similar.test(word) && (latin.test(word) || (Array.from(word).length > 1 && drawnAsLatin.test(word))),
  )
