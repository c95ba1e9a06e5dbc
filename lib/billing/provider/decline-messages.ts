/** What a decline means to the person who pays, by the provider's code. */
const messages: Record<string, string> = {
  card_declined: 'The card was declined. Nothing was charged. Use another card, or ask your bank.',
  insufficient_funds: 'The card has not enough funds. Nothing was charged. Use another card.',
  test_card_required: 'Only the test cards shown beside the form work here, because this portal takes test payments. Nothing was charged.',
  not_received: 'The payment did not reach the payment provider. Nothing was charged. Please pay again.',
};

export function declineMessageOf(declineCode: string): string {
  return messages[declineCode] ?? 'The payment was declined. Nothing was charged. Use another card.';
}
