/** The title of the window and of its entry in the history. React moves it to the head of the page. */
export const Title = ({ children }: { children: string }) => <title>{`${children} · Plugin host`}</title>
