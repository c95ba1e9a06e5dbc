import { defineFabricCaRoute } from "@/app/api/_http/define-fabric-ca-route";

// Fabric CA's clients build this address themselves: `/api/v1/` on the host that they are given. Which calls there are, and
// by which method, is decided in lib/fabric-ca, so that a refusal of either comes in Fabric CA's own shape.
export const GET = defineFabricCaRoute();
export const POST = defineFabricCaRoute();
export const PUT = defineFabricCaRoute();
export const PATCH = defineFabricCaRoute();
export const DELETE = defineFabricCaRoute();
