namespace ProxyShim.Settings;

/// <summary>A setting that does less than it says; the shim starts all the same.</summary>
/// <param name="Setting">Its name.</param>
/// <param name="Cause">What is wrong with it; it holds no secret.</param>
/// <param name="Remedy">What to write.</param>
internal sealed record SettingWarning(string Setting, string Cause, string Remedy);
