namespace ClaudeBatch.Core.Requests;

/// <summary>How the checker reads the value of a field.</summary>
internal enum FieldReading
{
    /// <summary>
    /// The model reads the value. So its fields are read, and its texts, files and cache breakpoints are looked for at any depth.
    /// </summary>
    Content,

    /// <summary>Only the fields of the value are read.</summary>
    Fields,

    /// <summary>As content, and a list of blocks of text.</summary>
    Blocks,

    /// <summary>A list of texts.</summary>
    Texts,

    // The members below are for single fields.
    CustomId,
    Params,
    Model,
    MaxTokens,
    Messages,
    Role,
    MessageContent,
    Thinking,
    ThinkingType,
    ThinkingBudget,
    BlockBinding,
    Effort,
    Format,
    Schema,
    Tools,
    ToolType,
    ToolModel,
    ToolUses,
    ToolChoiceType,
    ToolChoiceName,
    UserId,
    Breakpoint,
    Ttl,
    Sampling,
    InferenceGeo,
    McpServers,
    BillTo,
}
