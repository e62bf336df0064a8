/** Entry point of an agent process. */
export {}
