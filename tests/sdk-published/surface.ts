// Compiles only if our client can stand wherever the published one stands.

import type * as published from '@dream-api/sdk';
import type * as ours from 'dream-sdk';

/** What is public of a class: without it, private members would make every two classes differ. */
type Public<T> = { [K in keyof T]: T[K] };

/** Fails to compile unless `Ours` can be used as `Theirs`. */
type Fits<Ours extends Theirs, Theirs> = Ours;

type Client = published.DreamAPI;

export type Checked = [
  // Each noun, with every method's arguments and results.
  Fits<Public<ours.DreamAPI['auth']>, Public<Client['auth']>>,
  Fits<Public<ours.DreamAPI['billing']>, Public<Client['billing']>>,
  Fits<Public<ours.DreamAPI['customers']>, Public<Client['customers']>>,
  Fits<Public<ours.DreamAPI['dashboard']>, Public<Client['dashboard']>>,
  Fits<Public<ours.DreamAPI['products']>, Public<Client['products']>>,
  Fits<Public<ours.DreamAPI['usage']>, Public<Client['usage']>>,
  Fits<Pick<ours.DreamAPI, 'setUserToken' | 'clearUserToken'>, Pick<Client, 'setUserToken' | 'clearUserToken'>>,
  // Whatever the published constructors take, ours take.
  Fits<published.DreamAPIConfig, ours.DreamAPIConfig>,
  Fits<ConstructorParameters<typeof published.DreamAPIException>, ConstructorParameters<typeof ours.DreamAPIException>>,
  Fits<ours.DreamAPIException, published.DreamAPIException>,
  // Every type that the published package exports.
  Fits<ours.CheckoutResult, published.CheckoutResult>,
  Fits<ours.ClerkUser, published.ClerkUser>,
  Fits<published.CreateCustomerParams, ours.CreateCustomerParams>,
  Fits<ours.Customer, published.Customer>,
  Fits<ours.DashboardCustomer, published.DashboardCustomer>,
  Fits<ours.DashboardMetrics, published.DashboardMetrics>,
  Fits<ours.DreamAPIError, published.DreamAPIError>,
  Fits<ours.Order, published.Order>,
  Fits<ours.PortalResult, published.PortalResult>,
  Fits<ours.Product, published.Product>,
  Fits<ours.Tier, published.Tier>,
  Fits<ours.Usage, published.Usage>,
  Fits<ours.UsageTrackResult, published.UsageTrackResult>,
  Fits<ours.WebhookStatus, published.WebhookStatus>,
];
