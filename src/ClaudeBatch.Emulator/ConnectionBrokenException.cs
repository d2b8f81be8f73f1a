namespace ClaudeBatch.Emulator;

/// <summary>Tells a front that the emulator's plan breaks the connection here. Each front breaks it in its own way.</summary>
public sealed class ConnectionBrokenException() : IOException("The connection was broken by the emulator's plan.");
