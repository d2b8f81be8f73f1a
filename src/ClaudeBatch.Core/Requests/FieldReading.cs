namespace ClaudeBatch.Core.Requests;

/// <summary>What the checker takes from a field's value. A field that says nothing needs no member of its own.</summary>
internal enum FieldReading
{
    /// <summary>Texts, files and breakpoints at any depth, as the model reads them, and the fields in it.</summary>
    Content,

    /// <summary>The fields in it alone.</summary>
    Fields,

    CustomId,
    Params,
    Model,
    MaxTokens,
    Messages,
    Role,
    MessageContent,
    ThinkingType,
    ThinkingBudget,
    Effort,
    Schema,
    Tools,
    ToolType,
    ToolModel,
    ToolUses,
    ToolChoiceType,
    Breakpoint,
    Ttl,
    Sampling,
    InferenceGeo,
    McpServers,
    BillTo,
}
