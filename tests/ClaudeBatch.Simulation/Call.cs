namespace ClaudeBatch.Simulation;

internal enum CallKind
{
    Create,
    List,
    Retrieve,
    Cancel,
    Results,
}

/// <summary>What a request to the service asks for.</summary>
/// <param name="Kind">The endpoint.</param>
/// <param name="Id">The service's id of the batch it is about; null for none.</param>
internal sealed record Call(CallKind Kind, string? Id)
{
    public static Call Of(HttpRequestMessage request)
    {
        string[] path = request.RequestUri!.AbsolutePath.Trim('/').Split('/');
        return (request.Method.Method, path) switch
        {
            ("POST", [_, _, _]) => new Call(CallKind.Create, null),
            ("GET", [_, _, _]) => new Call(CallKind.List, null),
            ("GET", [_, _, _, var id]) => new Call(CallKind.Retrieve, id),
            ("POST", [_, _, _, var id, "cancel"]) => new Call(CallKind.Cancel, id),
            ("GET", [_, _, _, var id, "results"]) => new Call(CallKind.Results, id),
            _ => throw new Broken("UnknownCall", $"{request.Method} {request.RequestUri}"),
        };
    }

    public override string ToString() => Id is null ? Kind.ToString() : $"{Kind} {Id}";
}
