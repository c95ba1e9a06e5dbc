/** Browser-safe door: the words of the interface that screens need. */
export * from './finality';
