namespace ClaudeBatch.Emulator;

/// <summary>The plan breaks the connection here; a front does so in its own way.</summary>
public sealed class ConnectionBrokenException() : IOException("The connection was broken by the emulator's plan.");
