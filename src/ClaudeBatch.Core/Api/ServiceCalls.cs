namespace ClaudeBatch.Core.Api;

/// <summary>Calls that a platform may lack.</summary>
[Flags]
public enum ServiceCalls
{
    None = 0,

    /// <summary><c>POST /v1/messages/count_tokens</c>.</summary>
    CountTokens = 1,

    /// <summary><c>POST /v1/messages</c>.</summary>
    Messages = 2,

    /// <summary><c>GET /v1/models</c>.</summary>
    Models = 4,

    /// <summary><c>/v1/files</c>: upload, list and delete.</summary>
    Files = 8,

    All = CountTokens | Messages | Models | Files,
}
