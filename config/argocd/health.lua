-- Argo CD's health of a ShopifyStore or a SyncJob, by the conditions that kstatus reads:
-- what Flux calls Current is Healthy here, InProgress is Progressing, Failed is Degraded.
local function says(conditions, kind)
  for _, condition in ipairs(conditions) do
    if condition.type == kind and condition.status == "True" then
      return condition.message
    end
  end
end

local conditions = obj.status ~= nil and obj.status.conditions or {}
local ready = "Not looked at yet"
for _, condition in ipairs(conditions) do
  if condition.type == "Ready" then
    ready = condition.message
  end
end

local deleting = says(conditions, "Deleting")
if obj.metadata.deletionTimestamp ~= nil then
  return { status = "Progressing", message = deleting or "Being deleted" }
end
if obj.status == nil or obj.status.observedGeneration ~= obj.metadata.generation then
  return { status = "Progressing", message = "The latest spec was not looked at yet" }
end
for _, verdict in ipairs({ { "Stalled", "Degraded" }, { "Suspended", "Suspended" }, { "Reconciling", "Progressing" }, { "Ready", "Healthy" } }) do
  local message = says(conditions, verdict[1])
  if message ~= nil then
    return { status = verdict[2], message = message }
  end
end
return { status = "Progressing", message = ready }
