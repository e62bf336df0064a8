/** Entry point of the guard process. */
export {}
