import { Button } from "@/app/_components/ui/button";

export default function LandingPage() {
  return <Button look="primary">x</Button>;
}
