"use client";

import { leaveTo } from "@/app/_session/leave-to";
import { SignInForm } from "@/app/_session/sign-in-form";

type Props = Readonly<{ submitLabel: string }>;

/** The page itself knows where to go on, and sends there who is signed in. */
export function SignInPanel({ submitLabel }: Props) {
  return <SignInForm submitLabel={submitLabel} onSignedIn={() => leaveTo(window.location.href)} />;
}
