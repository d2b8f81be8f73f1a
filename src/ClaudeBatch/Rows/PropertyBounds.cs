using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Management.Automation;
using System.Reflection;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ClaudeBatch.Core;
using ClaudeBatch.Json;

namespace ClaudeBatch.Rows;

/// <summary>
/// Says in a schema what the validation attributes of a property say: those of PowerShell, which hold for each item of a list, and those of
/// .NET's data annotations. One that no schema can say is an error, so that none is lost.
/// </summary>
internal static class PropertyBounds
{
    /// <exception cref="ClaudeBatchException"><c>OutputSchemaInvalid</c>: no schema can say what an attribute says.</exception>
    public static void Say(PropertyInfo property, JsonObject schema)
    {
        foreach (Attribute attribute in property.GetCustomAttributes())
        {
            Say(attribute, property.PropertyType, schema, () => KindOf(property), name => new ClaudeBatchException(
                FailureKind.InvalidArgument,
                "OutputSchemaInvalid",
                $"[{name}] on the property '{property.Name}' of [{property.DeclaringType!.Name}] says what no JSON schema can say, and no "
                    + $"answer would be judged by it. Leave it out of the class for -OutputSchema, or give a schema.")
            { Target = property.DeclaringType });
        }
    }

    /// <summary>Says in a schema what one attribute says.</summary>
    /// <param name="attribute">The attribute.</param>
    /// <param name="type">The type of the value that it holds for.</param>
    /// <param name="schema">The schema of that value.</param>
    /// <param name="kind">Gives the kind of a range that has no bounds of its own, such as <c>Positive</c>.</param>
    /// <param name="unsaid">Makes the error for an attribute, by its name, that no schema can say.</param>
    public static void Say(
        Attribute attribute, Type type, JsonObject schema, Func<string?> kind, Func<string, ClaudeBatchException> unsaid)
    {
        Type? item = TypeSchema.ItemType(type);
        Bounds whole = new(type, schema, unsaid);
        Bounds each = item is null ? whole : new Bounds(item, schema["items"]!.AsObject(), unsaid);
        switch (attribute)
        {
            case ValidateSetAttribute set:
                each.OneOf(attribute, set.ValidValues);
                break;
            case AllowedValuesAttribute allowed:
                whole.OneOf(attribute, allowed.Values);
                break;
            case ValidateRangeAttribute { MinRange: null }:
                each.Sign(attribute, kind());
                break;
            case ValidateRangeAttribute range:
                each.Number(attribute, "minimum", range.MinRange).Number(attribute, "maximum", range.MaxRange);
                break;
            case RangeAttribute range:
                whole.Number(attribute, range.MinimumIsExclusive ? "exclusiveMinimum" : "minimum", range.Minimum)
                    .Number(attribute, range.MaximumIsExclusive ? "exclusiveMaximum" : "maximum", range.Maximum);
                break;
            case ValidateLengthAttribute length:
                each.Text(attribute, "minLength", length.MinLength).Text(attribute, "maxLength", length.MaxLength);
                break;
            case ValidateCountAttribute count:
                whole.List(attribute, "minItems", count.MinLength).List(attribute, "maxItems", count.MaxLength);
                break;
            case StringLengthAttribute length:
                whole.Text(attribute, "minLength", length.MinimumLength).Text(attribute, "maxLength", length.MaximumLength);
                break;
            case MinLengthAttribute least:
                whole.Size(attribute, "min", least.Length);
                break;
            case MaxLengthAttribute { Length: >= 0 } most:
                whole.Size(attribute, "max", most.Length);
                break;
            case LengthAttribute length:
                whole.Size(attribute, "min", length.MinimumLength).Size(attribute, "max", length.MaximumLength);
                break;
            case ValidatePatternAttribute pattern:
                each.Text(attribute, "pattern", Inline(pattern.Options) + pattern.RegexPattern);
                break;
            case RegularExpressionAttribute pattern:
                whole.Text(attribute, "pattern", $"^(?:{pattern.Pattern})$");
                break;
            case ValidateNotNullOrEmptyAttribute:
                whole.NotEmpty();
                break;
            case ValidateNotNullAttribute or RequiredAttribute or MaxLengthAttribute: // without a length, the last says nothing
                break;
            case ValidateArgumentsAttribute when attribute.GetType().Name == "ValidateNotNullOrWhiteSpaceAttribute":
                each.Text(attribute, "pattern", "\\S");
                break;
            case ValidateArgumentsAttribute or ValidationAttribute:
                throw whole.Unsaid(attribute);
        }
    }

    // The attribute keeps it to itself, and the enum is not in the contract that this is compiled against.
    private static string? KindOf(PropertyInfo property)
    {
        CustomAttributeTypedArgument kind = property.GetCustomAttributesData()
            .First(static a => a.AttributeType == typeof(ValidateRangeAttribute)).ConstructorArguments[0];
        return Enum.GetName(kind.ArgumentType, kind.Value!);
    }

    private static string Inline(RegexOptions options)
    {
        string letters = (options.HasFlag(RegexOptions.IgnoreCase) ? "i" : string.Empty)
            + (options.HasFlag(RegexOptions.Multiline) ? "m" : string.Empty)
            + (options.HasFlag(RegexOptions.Singleline) ? "s" : string.Empty)
            + (options.HasFlag(RegexOptions.ExplicitCapture) ? "n" : string.Empty)
            + (options.HasFlag(RegexOptions.IgnorePatternWhitespace) ? "x" : string.Empty);
        return letters.Length == 0 ? string.Empty : $"(?{letters})";
    }

    /// <summary>Writes into the schema of a property, or of its items.</summary>
    private sealed class Bounds(Type type, JsonObject schema, Func<string, ClaudeBatchException> unsaid)
    {
        private readonly Type _type = Nullable.GetUnderlyingType(type) ?? type;

        private string Kind => schema["type"] is JsonArray list ? list[0]!.GetValue<string>() : schema["type"]!.GetValue<string>();

        public void OneOf(Attribute attribute, IEnumerable<object?> values)
        {
            if (Kind is not ("string" or "integer" or "number"))
            {
                throw Unsaid(attribute);
            }

            // The values of ValidateSet are texts, also those of a number.
            schema["enum"] = new JsonArray([.. values.Select(v => Kind == "string"
                ? JsonValue.Create(JsonText.Text(v))
                : LanguagePrimitives.TryConvertTo(v, _type, CultureInfo.InvariantCulture, out object number)
                ? JsonNode.Parse(JsonText.Write(number))
                : throw Unsaid(attribute))]);
        }

        public Bounds Number(Attribute attribute, string keyword, object bound)
        {
            decimal number = 0;
            bool fits = Kind is "integer" or "number" && LanguagePrimitives.TryConvertTo(bound, CultureInfo.InvariantCulture, out number);
            return Set(attribute, fits, keyword, number);
        }

        public Bounds Text(Attribute attribute, string keyword, JsonNode bound) => Set(attribute, Kind == "string", keyword, bound);

        public Bounds List(Attribute attribute, string keyword, int bound) => Set(attribute, Kind == "array", keyword, bound);

        public Bounds Size(Attribute attribute, string end, int bound) => Kind switch
        {
            "array" => List(attribute, $"{end}Items", bound),
            _ => Text(attribute, $"{end}Length", bound),
        };

        public void Sign(Attribute attribute, string? kind) => Number(
            attribute,
            kind switch
            {
                "Positive" => "exclusiveMinimum",
                "NonNegative" => "minimum",
                "Negative" => "exclusiveMaximum",
                "NonPositive" => "maximum",
                _ => throw Unsaid(attribute),
            },
            0);

        public void NotEmpty()
        {
            if (Kind is "string" or "array")
            {
                schema[Kind == "string" ? "minLength" : "minItems"] ??= 1;
            }
        }

        public ClaudeBatchException Unsaid(Attribute attribute)
        {
            string name = attribute.GetType().Name;
            name = name.EndsWith(nameof(Attribute), StringComparison.Ordinal) ? name[..^nameof(Attribute).Length] : name;
            return unsaid(name);
        }

        private Bounds Set(Attribute attribute, bool fits, string keyword, JsonNode bound)
        {
            schema[keyword] = fits ? bound : throw Unsaid(attribute);
            return this;
        }
    }
}
