const weiPerEther = 10n ** 18n;

/**
 * An amount of Ethereum's smallest unit as its holder reads it: small ones in wei, others in ETH without trailing zeros.
 * @param wei decimal digits
 */
export function formatEther(wei: string, locale: string): string {
  const amount = BigInt(wei);
  if (amount < 10n ** 12n) return `${new Intl.NumberFormat(locale).format(amount)} wei`;
  const fraction = (amount % weiPerEther).toString().padStart(18, "0").replace(/0+$/, "");
  return `${new Intl.NumberFormat(locale).format(amount / weiPerEther)}${fraction === "" ? "" : `.${fraction}`} ETH`;
}
