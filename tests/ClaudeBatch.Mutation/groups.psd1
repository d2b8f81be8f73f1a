@{
    # What guards money and rows, and the test classes that must notice a change of it. Stryker prepares a group in a minute; each change
    # takes a few seconds, by how many of the group's tests run the changed line.
    Sending = @{
        Files = 'Sending/CreateVerdict.cs', 'Sending/CreateRecorder.cs', 'Sending/SendGate.cs', 'Sending/BatchSender.cs', 'Sending/SecondSend.cs'
        Tests = 'Sending/SendTests.cs', 'Sending/SendGateTests.cs', 'Sending/SendRecordTests.cs', 'Sending/RefusedCreateTests.cs', 'Sending/SecondSendTests.cs', 'Sending/ForeignReplyTests.cs', 'Ledger/DecisionTests.cs', 'Ledger/FullDiskTests.cs'
    }
    Settling = @{
        Files = 'Sending/Settler.cs', 'Sending/Settler.Absent.cs', 'Ledger/Settlement.cs', 'Ledger/ListTime.cs'
        Tests = 'Sending/SettleTests.cs', 'Sending/SettleRecordTests.cs', 'Sending/SettledAbsentTests.cs', 'Sending/ClockTests.cs', 'Sending/ForeignReplyTests.cs'
    }
    Books = @{
        Files = 'Ledger/BatchBooks.cs', 'Ledger/BatchBooks.Replacing.cs', 'Ledger/AttemptBooks.cs', 'Ledger/AttemptBooks.Failed.cs', 'Ledger/AttemptBooks.Writing.cs'
        Tests = 'Ledger/BatchBooksTests.cs', 'Ledger/AttemptBooksTests.cs'
    }
    Collecting = @{
        Files = 'Results/BatchCollector.cs', 'Results/BatchCollector.Download.cs', 'Results/BatchCollector.Failures.cs', 'Results/BatchCollector.Others.cs',
            'Results/OutcomeTable.cs', 'Results/Reconciler.cs', 'Results/ResultPatience.cs'
        Tests = 'Results/DownloadTests.cs', 'Results/AskedAgainTests.cs', 'Results/TentativeResultsTests.cs', 'Results/OutcomeTests.cs',
            'Results/ResultPatienceTests.cs', 'Results/ReconcilerTests.cs', 'Results/IncompleteResultsTests.cs', 'Results/ChangedFilesTests.cs',
            'Running/ImportTests.cs'
    }
    Steps = @{
        Files = 'Running/StageGate.cs', 'Running/JobStep.cs', 'Running/BatchControl.cs', 'Running/JobPruner.cs'
        Tests = 'Running/StageGateTests.cs', 'Running/CanaryTests.cs', 'Running/JobStepTests.cs', 'Running/JobRetryTests.cs', 'Running/BatchControlTests.cs', 'Running/JobPrunerTests.cs'
    }
    Retries = @{
        Files = 'Retries/RetryFilter.cs', 'Retries/RetryPlanner.cs', 'Input/PartSpooler.cs', 'Ledger/AttemptBooks.Failed.cs'
        Tests = 'Retries/RetryTests.cs', 'Input/JobInputTests.cs'
    }
    Costs = @{
        Files = 'Costs/UsageBooks.cs', 'Costs/ModelUsage.cs', 'Costs/PriceList.cs', 'Costs/CostEstimate.cs', 'Costs/ModelEstimate.cs', 'Ledger/UsageSum.cs', 'Ledger/TokenUsage.cs'
        Tests = 'Costs/UsageBooksTests.cs', 'Costs/PriceListTests.cs', 'Costs/EstimateTests.cs', 'Costs/ServerToolTests.cs'
    }
    Requests = @{
        Files = 'Requests/RequestChecker.cs', 'Requests/RequestChecker.Content.cs', 'Requests/RequestChecker.Fields.cs', 'Requests/RequestChecker.Rules.cs', 'Requests/RequestChecker.Scan.cs'
        Tests = 'Requests/RequestCheckerTests.cs', 'Requests/RequestFactsTests.cs', 'Requests/RequestEnvelopeTests.cs', 'Requests/RequestFieldsTests.cs', 'Requests/ModelRulesTests.cs', 'Costs/CountableTests.cs'
    }
}
