export { AdminLoading as default } from "../../../_components/admin-loading";
