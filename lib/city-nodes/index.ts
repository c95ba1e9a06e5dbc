export * from './client';
export { embeddedCityNodes } from './catalogue';
export { seedCatalogue } from './seed-catalogue';
export { joinHost, joinHostSchema, type JoinHost } from './join-host';
export { controlClientFor, controlClientOf, type HostAddress } from './control-client-for';
export { reservePlacement, type ReservePlacement } from './reserve-placement';
export { observeHosts } from './observe-hosts';
export { isHostAlive, hostAwayMs } from './host-liveness';
export { listCityNodes, getCityNode, peerIncluded, peerToView, type CityNodeScope } from './queries';
