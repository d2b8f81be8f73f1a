namespace ClaudeBatch.Emulator;

/// <summary>An error that the service replies with.</summary>
internal sealed class ServiceError(int status, string type, string message) : Exception(message)
{
    public int Status { get; } = status;

    public string Type { get; } = type;

    /// <summary>The <c>error.details.error_code</c> of the reply; null for none.</summary>
    public string? Code { get; init; }

    /// <summary>The <c>status</c> of a reply of Google's own, in Google's shape; null for the service's.</summary>
    public string? GoogleStatus { get; init; }

    public bool? ShouldRetry { get; init; }

    public double? RetryAfter { get; init; }

    public static ServiceError Invalid(string message) => new(400, "invalid_request_error", message);

    public static ServiceError NotFound(string message) => new(404, "not_found_error", message);
}
