/** Numbers that the `test` provider knows, for the hint beside the payment form. No other number is accepted there. */
export const testCards = {
  succeeds: '4242424242424242',
  declined: '4000000000000002',
  insufficientFunds: '4000000000009995',
  /** The charge is made, but its answer is lost on the way back. */
  answerLost: '4000000000000119',
  /** The request is lost on the way there: nothing is charged. */
  requestLost: '4000000000000259',
} as const;
