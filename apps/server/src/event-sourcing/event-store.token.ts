/** The store port in Nest's container: which adapter it is, the options of the server say. */
export const EVENT_STORE = Symbol('EventStore');
